"""Where trials run: processes of this machine, or tasks of a Ray cluster. Both run `trial.run`."""

import json
import os
import subprocess
import sys

import trial


class Local:
    """Processes of this machine, at most `at_once`."""

    def __init__(self, at_once):
        self.capacity = at_once
        self._running = {}

    def start(self, number, job):
        """Starts trial `number`."""
        words = [sys.executable, "-B", trial.__file__, json.dumps(job)]
        # In a session of its own: a terminal's Ctrl-C is the sweep's alone.
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=trial.dying_with_parent())
        self._running[number] = (process, os.path.join(job["folder"], "result.json"))

    def ended(self):
        """The trials that have ended since it was last asked: pairs of number and result."""
        over = [number for number, (process, _) in self._running.items() if process.poll() is not None]
        return [(number, self._result(*self._running.pop(number))) for number in over]

    def close(self):
        """Lets go of the place."""

    @staticmethod
    def _result(process, path):
        try:
            with open(path) as file:
                return json.load(file)
        except (OSError, ValueError):
            return {"status": "lost", "words": f"its process ended with status {process.returncode}"}


class OnRay:
    """Tasks of a cluster, each of `cores` processors; as many at once as its nodes have, and at most `at_once`."""

    def __init__(self, address, cores, at_once):
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        import ray

        self._ray, self._cores, self._most = ray, cores, at_once
        ray.cloudpickle.register_pickle_by_value(trial)  # nodes have no such module
        ray.init(address, log_to_driver=False)
        # A node that dies takes nothing with it that is not in the folder: the task is run again on another.
        self._run = ray.remote(num_cpus=cores, max_retries=trial.RESTARTS)(trial.run)
        self._running = {}

    @property
    def capacity(self):
        """How many trials the nodes that are there have room for."""
        there = int(self._ray.cluster_resources().get("CPU", 0) // self._cores)
        return there if self._most is None else min(there, self._most)

    def start(self, number, job):
        """Starts trial `number`."""
        self._running[self._run.remote(job)] = number

    def ended(self):
        """The trials that have ended since it was last asked: pairs of number and result."""
        if not self._running:
            return []
        over, _ = self._ray.wait(list(self._running), num_returns=len(self._running), timeout=0)
        return [(self._running.pop(task), self._result(task)) for task in over]

    def close(self):
        """Lets go of the cluster."""
        self._ray.shutdown()

    def _result(self, task):
        try:
            return self._ray.get(task)
        except self._ray.exceptions.RayError as error:
            return {"status": "lost", "words": str(error).strip().split("\n")[0]}
