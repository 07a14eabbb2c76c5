"""What the runs of a trial have measured: errors by epoch from metrics.csv, seconds from its attempts."""

import csv
import json
import os
import re
import time

import trial


def runs_of(folder):
    """The run of each seed, in the order of the seeds; the newest where there are several."""
    by_seed = {}
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not re.match(r"\d{4,}-", entry.name):
            continue
        try:
            with open(os.path.join(entry.path, "recipe.json")) as file:
                by_seed[json.load(file)["seed"]] = entry.path
        except (OSError, ValueError, KeyError):
            continue  # it was killed while it was made
    return [by_seed[seed] for seed in sorted(by_seed)]


def errors_of(run):
    """The error rate after each epoch: pairs of epoch and share."""
    try:
        with open(os.path.join(run, "metrics.csv"), newline="") as file:
            return [(int(row["epoch"]), float(row["error_rate"])) for row in csv.DictReader(file)]
    except OSError:
        return []


def curve_of(folder):
    """The errors of the first seed, by which trials are compared before they end."""
    runs = runs_of(folder)
    return errors_of(runs[0]) if runs else []


def value_of(folder, seeds):
    """The mean over the seeds of the error at each one's best epoch; None where one has not got so far."""
    best = [min(error for _, error in errors) for errors in map(errors_of, runs_of(folder)) if errors]
    return sum(best) / len(best) if len(best) == seeds else None


def seconds_of(folder):
    """Wall time of all attempts."""
    total, begun = 0.0, None
    for line in trial.attempts_of(folder):
        if "start" in line:
            begun = line["start"]
        elif begun is not None:
            total, begun = total + line["end"] - begun, None
    return total if begun is None else total + time.time() - begun
