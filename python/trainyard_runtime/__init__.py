"""Runs the model files of Trainyard in Python, with the rule for pictures that each carries."""

from .errors import PictureError, TrainyardError
from .model import Answer, Model, MultiAnswer, NumbersAnswer, Prediction, ThresholdPrediction, load

__all__ = [
    'Answer',
    'Model',
    'MultiAnswer',
    'NumbersAnswer',
    'PictureError',
    'Prediction',
    'ThresholdPrediction',
    'TrainyardError',
    'load',
]
__version__ = '0.1.0'
