"""One trial: the ordinary `trainyard train`, in a process of this machine or in a Ray task. Needs nothing but Python.

A trial's folder is its folder of runs. Beside the runs it holds `prune`, which the search writes to end a trial early;
`attempts.jsonl`, who began and ended it when; `result.json`, how it ended; and what the training printed.
"""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

POLL = 0.2  # seconds
PATIENCE = 120  # seconds that a training has to save what it has, and that another attempt has to end
SILENT = 60  # seconds after which setup/files/owner.mjs takes the owner of a lock on another machine as ended
RESTARTS = 3  # of a training that a signal has ended, which goes on from its checkpoint

INTERRUPTED = 130  # exit status of a training that was asked to end, and has saved
DIVERGED = 3  # of one whose loss or weights are no numbers (train/errors.ts)
NOT_WRITTEN = 4  # of one for which the disk is full: that is not for what it was trained with


def run(job):
    """Trains `job['words']`, goes on where an earlier attempt was interrupted, and says how it ended.

    Returns `status`: `done`; `pruned`; `diverged` or `failed`, with the training's last words; `interrupted`, when the sweep has ended or
    another process has taken it over; `unfit`, when this machine cannot train for the sweep, or not now, with `words` that say why.
    """
    folder = job["folder"]
    if not os.path.isdir(folder):
        return _unfit(f"cannot see {folder}: every node has to have the sweep's folder at the same path")
    command, problem = _command(job)
    if problem:
        return _unfit(problem)
    path = os.path.join(folder, "result.json")
    with open(os.path.join(folder, "running"), "w") as running:
        if not _locked(running, job):
            return {"status": "interrupted", "words": "another attempt had not ended"}
        earlier = _read(path)
        if earlier.get("status") in ("done", "pruned", "diverged", "failed"):
            return earlier
        _close_attempt(folder)
        _note(folder, start=time.time(), node=socket.gethostname(), pid=os.getpid())
        result = _train(command, job, running.fileno())
        _note(folder, end=time.time(), status=result["status"])
        _write(path, result)
    return result


def is_current(job):
    """Whether the sweep that gave this trial is still the one that searches."""
    try:
        with open(os.path.join(job["sweep"], "session")) as file:
            return file.read() == job["session"]
    except OSError:
        return False


def dying_with_parent():
    """A function for a child process to call: it then ends with the one that started it, whatever ended that."""
    libc = ctypes.CDLL(None)  # loaded before the fork, which other threads may be in the way of

    def ask():
        if hasattr(libc, "prctl"):
            libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG (prctl(2)); on Linux alone

    return ask


def _unfit(why):
    return {"status": "unfit", "words": f"{socket.gethostname()} {why}"}


def _command(job):
    """The `trainyard` command of this machine: where it is on the machine of the sweep, or else on the PATH."""
    if all(os.path.exists(part) for part in job["command"]):
        return job["command"], None
    found = shutil.which("trainyard")
    if found is None:
        return None, f"has no trainyard: neither {job['command'][-1]}, nor one on its PATH"
    version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout.strip()
    if version != job["version"]:
        return None, f"has version {version} of Trainyard, and the sweep {job['version']}: install the same"
    return [found], None


def _locked(running, job):
    """Waits for an attempt whose machine or cluster has not ended it yet. The training inherits the lock."""
    end = time.time() + PATIENCE
    while is_current(job) and time.time() < end:
        try:
            fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(POLL)
            continue
        if not any(_held_elsewhere(lock) for lock in _locks(job["folder"])):
            return True
        fcntl.flock(running, fcntl.LOCK_UN)
        time.sleep(POLL)
    return False


def _locks(folder):
    return [os.path.join(entry.path, "lock") for entry in os.scandir(folder) if entry.is_dir()]


def _held_elsewhere(path):
    """Whether a run's lock may be held on another machine, where a lost node may not have ended yet."""
    owner = _read(path)
    if not owner or owner.get("boot") == _boot():
        return False  # `trainyard train` itself looks at processes of this machine
    try:
        return time.time() - os.path.getmtime(path) < SILENT + 1
    except OSError:
        return False


def _boot():
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return None


def _train(command, job, lock):
    env = dict(os.environ)
    if job["cores"]:
        env["TF_NUM_INTRAOP_THREADS"] = str(job["cores"])
    errors = os.path.join(job["folder"], "errors.log")
    for _ in range(RESTARTS + 1):
        if _is_pruned(job):
            return {"status": "pruned"}
        with open(os.path.join(job["folder"], "train.log"), "ab") as out, open(errors, "wb") as err:
            training = subprocess.Popen(
                [*command, "train", *job["words"]],
                cwd=job["cwd"] if os.path.isdir(job["cwd"]) else None,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,  # Ctrl-C at the sweep is passed on once, by its `session`
                preexec_fn=dying_with_parent(),
                pass_fds=[lock],
            )
            code = _wait(training, job)
        if code == 0:
            return {"status": "done"}
        if not is_current(job):
            return {"status": "interrupted"}
        if _is_pruned(job) and code in (INTERRUPTED, -signal.SIGTERM, -signal.SIGKILL):
            return {"status": "pruned"}
        if code == NOT_WRITTEN:
            return {"status": "unfit", "words": _last_words(errors, code).split("\n")[-1].removesuffix(".")}
        if code > 0:
            break
    return {"status": "diverged" if code == DIVERGED else "failed", "words": _last_words(errors, code)}


def _wait(training, job):
    """Waits for the end; a trial that is pruned, or whose sweep has ended, is asked to save and end."""
    asked = None
    while training.poll() is None:
        if asked is None and (_is_pruned(job) or not is_current(job)):
            training.terminate()
            asked = time.time()
        if asked is not None and time.time() - asked > PATIENCE:
            training.kill()
        time.sleep(POLL)
    return training.returncode


def _is_pruned(job):
    return os.path.exists(os.path.join(job["folder"], "prune"))


def _last_words(path, code):
    with open(path, errors="replace") as file:
        words = file.read()[-2000:].strip()
    if words:
        return words
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"


def _note(folder, **what):
    with open(os.path.join(folder, "attempts.jsonl"), "a") as file:
        file.write(json.dumps(what) + "\n")


def _close_attempt(folder):
    """An attempt that was killed ended when it last wrote something."""
    lines = attempts_of(folder)
    if lines and "start" in lines[-1]:
        written = [os.path.getmtime(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names if name not in ("running", "attempts.jsonl")]
        _note(folder, end=max([lines[-1]["start"], *written]), status="killed")


def attempts_of(folder):
    """The lines of `attempts.jsonl`; one that was cut off is left out."""
    try:
        with open(os.path.join(folder, "attempts.jsonl")) as file:
            lines = file.read().split("\n")
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            pass
    return found


def _read(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def _write(path, value):
    with open(path + ".part", "w") as file:
        json.dump(value, file)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    dying_with_parent()()
    run(json.loads(sys.argv[1]))
