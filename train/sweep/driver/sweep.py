"""The search: `python sweep.py FOLDER JSON` asks Optuna what to try, has it trained, and prints each trial as a line of JSON.

Its state is Optuna's journal and the trials' folders, so that it goes on after anything: trials that have ended stay, one
that was interrupted goes on from its checkpoint. It ends early when its standard input does.
"""

import collections
import glob
import json
import os
import sys
import threading
import time
import uuid

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

import measures
import places
import trial as one_trial

POLL = 0.2  # seconds
LOST = 3  # how often a trial whose process or node was lost is begun again
FAILED = 3  # so many failures at the start, and nothing else: the sweep ends

# What the search is told. A divergence says something about the values, and they rank below all that were pruned; a failure
# says nothing, and is left out.
TOLD = {"done": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "diverged": TrialState.PRUNED, "failed": TrialState.FAIL}


class Sweep:
    """A search in `folder`, by `spec` (sweep.json) and what was `asked` of this process."""

    def __init__(self, folder, asked, stop):
        self.folder, self.asked, self.stop = folder, asked, stop
        with open(os.path.join(folder, "sweep.json")) as file:
            self.spec = json.load(file)
        self.study = _study(folder, self.spec)
        self.session = uuid.uuid4().hex
        self.running, self.lost, self.ended = {}, {}, []
        self.reported = collections.defaultdict(set)  # epochs by trial

    def search(self, place):
        """Runs until all trials have ended, or it is told to stop. Returns why it stopped early, or None."""
        with open(os.path.join(self.folder, "session"), "w") as file:
            file.write(self.session)
        unfinished = []
        for frozen in self.study.get_trials():
            if frozen.state == TrialState.RUNNING:
                unfinished.append(frozen)
            else:
                say(self.described(frozen))
        stopped = None
        while stopped is None and not self.stop.is_set():
            while len(self.running) < place.capacity:
                trial = self.next(unfinished)
                if trial is None:
                    break
                self.start(place, trial)
            if not self.running:
                if unfinished or len(self.study.get_trials(deepcopy=False)) < self.asked["trials"]:
                    stopped = f"no node has {self.asked['cores'] or 1} processors for a trial"
                break
            for trial in self.running.values():
                self.follow(trial)
            for number, result in place.ended():
                stopped = self.finish(place, number, result) or stopped
            time.sleep(POLL)
        self.end(place)
        return stopped

    def next(self, unfinished):
        """A trial that was interrupted, or a new one; None when there are as many as were asked for."""
        if unfinished:
            frozen = unfinished.pop(0)
            self.reported[frozen.number].update(frozen.intermediate_values)
            self.study.sampler = _sampler(self.spec, frozen.number)
            return optuna.trial.Trial(self.study, frozen._trial_id)  # Optuna has no public way back to one
        number = len(self.study.get_trials(deepcopy=False))
        if number >= self.asked["trials"]:
            return None
        # Drawn by the number, not by what was drawn before: a sweep that goes on tries what it would have tried.
        self.study.sampler = _sampler(self.spec, number)
        return self.study.ask()

    def start(self, place, trial):
        """Trains what the search suggests."""
        values = {each["option"]: _suggest(trial, each) for each in self.spec["space"]}
        folder = self.folder_of(trial.number)
        os.makedirs(folder, exist_ok=True)
        words = [word for option, value in values.items() for word in (f"--{option}", value)]
        job = {key: self.asked[key] for key in ("command", "cwd", "cores", "version")}
        job |= {"sweep": self.folder, "folder": folder, "session": self.session}
        job["words"] = [*self.spec["words"], *words, "--runs", folder]
        self.running[trial.number] = trial
        place.start(trial.number, job)

    def follow(self, trial):
        """Tells the search of new epochs, and ends the trial if it says so."""
        if self.spec["prune"] is None:
            return
        folder = self.folder_of(trial.number)
        reported = self.reported[trial.number]
        for epoch, error in measures.curve_of(folder):
            if epoch in reported:
                continue
            trial.report(error, epoch)
            reported.add(epoch)
            if trial.should_prune():
                open(os.path.join(folder, "prune"), "w").close()
                return

    def finish(self, place, number, result):
        """Tells the search how a trial ended. Returns why the sweep cannot go on, if so."""
        trial = self.running.pop(number)
        status, words = result["status"], result.get("words", "")
        if status == "unfit":
            return words
        if status == "interrupted" and not self.stop.is_set():
            status = "lost"  # its lock was held by an attempt that had not ended
        if status == "lost":
            self.lost[number] = self.lost.get(number, 0) + 1
            if self.lost[number] <= LOST:
                self.start(place, trial)
                return None
            status = "failed"
        if status == "interrupted":
            return None
        folder = self.folder_of(number)
        self.follow(trial)
        value = measures.value_of(folder, self.spec["seeds"]) if status == "done" else None
        if status == "done" and value is None:
            status, words = "failed", "it ended without a result for each seed"
        trial.set_user_attr("seconds", measures.seconds_of(folder))
        trial.set_user_attr("words", words)
        trial.set_user_attr("state", status)
        self.study.tell(trial, value, state=TOLD[status])
        say(self.described(self.study.get_trials(deepcopy=False)[number]))
        self.ended.append(status)
        done = any(each.state == TrialState.COMPLETE for each in self.study.get_trials(deepcopy=False))
        if not done and self.ended[:FAILED] == ["failed"] * FAILED:
            return f"the first {FAILED} trials have failed, the last one so: {words}"
        return None

    def end(self, place):
        """Has the trials that are still running save and end."""
        os.remove(os.path.join(self.folder, "session"))
        deadline = time.time() + one_trial.PATIENCE + 10
        while self.running and time.time() < deadline:
            for number, _ in place.ended():
                self.running.pop(number)
            time.sleep(POLL)

    def described(self, frozen):
        """A trial that has ended, for whoever reads the lines."""
        folder = self.folder_of(frozen.number)
        curve = measures.curve_of(folder)
        return {
            "event": "trial",
            "trial": frozen.number,
            "state": frozen.user_attrs.get("state", "failed"),
            "values": {each["option"]: _text(each, frozen.params[each["option"]]) for each in self.spec["space"] if each["option"] in frozen.params},
            "error": frozen.value if frozen.state == TrialState.COMPLETE else None,
            "curve": curve,
            "seconds": frozen.user_attrs.get("seconds", 0),
            "words": frozen.user_attrs.get("words", ""),
            "runs": measures.runs_of(folder),
            "attempts": sum("start" in line for line in one_trial.attempts_of(folder)),
        }

    def folder_of(self, number):
        """The folder of runs of a trial."""
        return os.path.join(self.folder, "trials", f"{number + 1:04d}")

    def importance(self):
        """How much each option has decided, as shares of 1 (PED-ANOVA, https://arxiv.org/abs/2304.10255); None for few trials."""
        values = {each.value for each in self.study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])}
        if len(values) < 4:
            return None
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        return optuna.importance.get_param_importances(self.study, evaluator=evaluator)


def _study(folder, spec):
    journal = os.path.join(folder, "journal.log")
    # One process searches at a time: a lock that is there was left by one that was killed.
    for lock in glob.glob(f"{journal}.lock*"):
        os.unlink(lock)
    _keep_whole_lines(journal)
    prune = spec["prune"]
    pruner = optuna.pruners.NopPruner()
    if prune is not None:
        pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=prune["from"], reduction_factor=prune["factor"])
    storage = JournalStorage(JournalFileBackend(journal))
    return optuna.create_study(study_name="sweep", storage=storage, load_if_exists=True, direction="minimize", pruner=pruner)


def _keep_whole_lines(journal):
    """Cuts off what is not whole at the end of a journal, where its machine went down or its disk was full: Optuna would append to it.

    What the lines told of trials that have ended is in their folders too.
    """
    if not os.path.exists(journal):
        return
    with open(journal, "r+b") as file:
        whole = 0
        for line in file:
            try:
                json.loads(line)
            except ValueError:
                break
            if not line.endswith(b"\n"):
                break
            whole += len(line)
        file.truncate(whole)


def _sampler(spec, number):
    return optuna.samplers.TPESampler(seed=spec["seed"] + number, constant_liar=True)


def _suggest(trial, dimension):
    option, kind = dimension["option"], dimension["kind"]
    if kind == "choice":
        value = trial.suggest_categorical(option, dimension["values"])
    elif kind == "whole":
        value = trial.suggest_int(option, dimension["low"], dimension["high"], log=dimension["log"])
    else:
        value = trial.suggest_float(option, dimension["low"], dimension["high"], log=dimension["log"])
    return _text(dimension, value)


def _text(dimension, value):
    """A value as it is typed: four digits, and within the range."""
    if dimension["kind"] != "real":
        return str(value)
    rounded = min(max(float(f"{value:.4g}"), dimension["low"]), dimension["high"])
    return repr(rounded)


def say(event):
    """A line for the process that started this one."""
    print(json.dumps(event), flush=True)


def main():
    """Searches, and says at the end what has mattered and why it ended early, if it did."""
    one_trial.dying_with_parent()()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folder, asked = sys.argv[1], json.loads(sys.argv[2])
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    sweep = Sweep(folder, asked, stop)
    if asked["on"] == "local":
        place = places.Local(asked["atOnce"])
    else:
        try:
            place = places.OnRay(asked["on"], asked["cores"], asked["atOnce"])
        except Exception as error:  # Ray raises whatever gRPC and its checks of versions do
            say({"event": "unreachable", "words": str(error).strip().split("\n")[-1]})
            return
    try:
        stopped = sweep.search(place)
    except ConnectionError as error:  # of Ray's client
        say({"event": "unreachable", "words": str(error).strip().split("\n")[-1]})
        return
    say({"event": "end", "importance": sweep.importance(), "stopped": stopped, "interrupted": stop.is_set()})
    place.close()


if __name__ == "__main__":
    main()
