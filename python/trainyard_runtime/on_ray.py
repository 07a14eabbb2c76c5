"""Classifies pictures on a Ray cluster by Ray Data: `python -m trainyard_runtime.on_ray ADDRESS`, run by `trainyard predict --on`.

Standard input: a line `{"model": base64 of the model file, "top": 1}`, then a line `{"file": name, "at": path}` for
each picture, with a `problem` where it is known that it cannot be read.
Standard output: a line for each, in their order: `{"file", "task"}` with the fields of an answer of that task as in the server,
and `known` and `novelty` where the model has them, or `{"file", "error"}`. What ends all is one last line `{"failed": why}`.
"""

import base64
import functools
import json
import os
import pathlib
import sys
from dataclasses import asdict

os.environ.setdefault('RAY_USAGE_STATS_ENABLED', '0')
import pyarrow
import ray

from .model import AnyAnswer, Model, load

# Pictures that a process of the cluster is given at a time: what is lost, and done again, when its node dies.
_BLOCK = 256

_PICTURE = pyarrow.schema([(name, pyarrow.string()) for name in ('file', 'at', 'problem')])

# Rows that are fetched at a time.
_FETCHED = 2048


@functools.lru_cache(maxsize=1)
def _open(model: ray.ObjectRef) -> Model:
    """A model, once in each process of the cluster, with one thread: there is a process for each processor."""
    return load(ray.get(model), threads=1, check=True)


def _classify(batch: pyarrow.Table, model: ray.ObjectRef, top: int) -> pyarrow.Table:
    """A row of JSON for each picture."""
    pictures = batch.to_pylist()
    readable = [one['at'] for one in pictures if one['problem'] is None]
    answers = iter(_open(model).classify_all(readable, top))
    task = _open(model).card.task
    rows = [_row(one['file'], task, next(answers) if one['problem'] is None else one['problem']) for one in pictures]
    return pyarrow.table({'row': pyarrow.array(map(json.dumps, rows), pyarrow.string())})


def _row(file: str, task: str, answer: AnyAnswer | Exception | str) -> dict:
    if isinstance(answer, (Exception, str)):
        return {'file': file, 'error': str(answer).split('\n')[0]}
    said = {key: value for key, value in asdict(answer).items() if value is not None}
    return {'file': file, 'task': task} | said


class _Run:
    """The driver of Ray Data, in the cluster: Ray's client, which has come from outside, cannot drive it."""

    def __init__(self, model: bytes, top: int):
        self._arguments = (ray.put(model), top)
        self._blocks: list = []
        self._batches = None

    def add(self, pictures: list[dict]) -> None:
        self._blocks.append(ray.put(pyarrow.Table.from_pylist(pictures, _PICTURE)))

    def rows(self, n: int) -> list[str]:
        """The next rows, about `n` of them; none at the end."""
        if self._batches is None:
            self._batches = iter(self._start())
        rows: list[str] = []
        for batch in self._batches:
            rows += batch['row'].to_pylist()
            if len(rows) >= n:
                break
        return rows

    def _start(self):
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = True
        classified = ray.data.from_arrow_refs(self._blocks).map_batches(
            _classify,
            fn_args=self._arguments,
            batch_size=None,
            batch_format='pyarrow',
            zero_copy_batch=True,
            num_cpus=1,
            # What a node had that dies is done again on another one, wherever a processor is free. Ray's actors would wait for one
            # of their own.
            max_retries=-1,
        )
        return classified.iter_batches(batch_size=None, batch_format='pyarrow')


def _pictures(lines):
    """Lists of pictures, of a block each."""
    block: list[dict] = []
    for line in lines:
        block.append(json.loads(line))
        if len(block) == _BLOCK:
            yield block
            block = []
    if block:
        yield block


def main(address: str) -> None:
    package = pathlib.Path(__file__).parent
    ray.init(
        address,
        log_to_driver=False,
        logging_level='ERROR',
        runtime_env={'py_modules': [str(package)], 'excludes': ['__pycache__']},
    )
    asked = json.loads(sys.stdin.readline())
    # On the head node, without which there is no cluster. It waits for pictures, and takes no processor from those who work.
    on_head = {'num_cpus': 0, 'resources': {'node:__internal_head__': 0.001}}
    run = ray.remote(**on_head)(_Run).remote(base64.b64decode(asked['model']), asked['top'])
    for block in _pictures(sys.stdin):
        run.add.remote(block)
    while rows := ray.get(run.rows.remote(_FETCHED)):
        sys.stdout.write('\n'.join(rows) + '\n')
        sys.stdout.flush()


if __name__ == '__main__':
    # Under its own name, as the cluster imports it.
    from trainyard_runtime import on_ray

    try:
        on_ray.main(sys.argv[1])
    except Exception as error:
        print(json.dumps({'failed': str(error)}), flush=True)
        sys.exit(1)
