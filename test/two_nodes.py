"""A Ray cluster of two nodes on this machine: `python two_nodes.py PORT`, where its client server listens, on loopback.

Says `ready`. A line on standard input, `{"task": NAME, "made": PATTERN}`, has the second node killed without grace as soon as
it runs a task of that name and, where there is a pattern, has just made a file of this pattern beside one that it has open; the
title of the task's process is said. The end of standard input ends the cluster, also while it waits for such a task.
"""

import contextlib
import fcntl
import glob
import json
import os
import select
import sys
import tempfile

# Ray takes a machine's outer address, also where it is given 127.0.0.1; not so where it believes in no clusters. Each of its
# processes reads this.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import ray  # before psutil, which comes with it
import psutil
from ray.cluster_utils import Cluster

common = {"num_cpus": 1, "include_dashboard": False, "node_ip_address": "127.0.0.1", "object_store_memory": 100 << 20}


def start(tries=4):
    """Ray gives a node 30 seconds to start, which a machine with other work may not have."""
    cluster = Cluster()
    try:
        # Processes that nobody asked for yet could not run what has an environment of its own.
        cluster.add_node(ray_client_server_port=int(sys.argv[1]), _system_config={"enable_worker_prestart": False}, **common)
        return cluster, cluster.add_node(**common)
    except Exception:
        cluster.shutdown()
        if tries == 1:
            raise
        return start(tries - 1)


def kill_at_work(cluster, node, task, made):
    """Kills a node while one of its processes runs `task`, and returns the title that Ray gave this process."""
    raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
    begun = set()
    while not select.select([sys.stdin], [], [], 0.05)[0]:
        for worker in raylet.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if task not in title_of(worker) or not has_made(worker, made, begun):
                    continue
                worker.suspend()  # it cannot end its task now
                title = title_of(worker)
                if task in title:
                    cluster.remove_node(node, allow_graceful=False)
                    worker.kill()
                    return title
                worker.resume()
    return "nothing"


def has_made(process, pattern, begun):
    """Whether there is such a file beside one that the process has open, where there was none before: those are `begun`."""
    if not pattern:
        return True
    folders = {os.path.dirname(file.path) for file in process.open_files()}
    empty = {folder for folder in folders if not glob.glob(os.path.join(folder, pattern))}
    made = folders & begun - empty
    begun |= empty
    return bool(made)


def title_of(process):
    """`ray::` and the name of the task that it runs."""
    return " ".join(process.cmdline()).strip()


# One cluster of a machine at a time: each looks for the same ports, and takes one that another has just found free.
turn = open(os.path.join(tempfile.gettempdir(), "trainyard-ray.lock"), "w")
fcntl.flock(turn, fcntl.LOCK_EX)
cluster, second = start()
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    print(kill_at_work(cluster, second, asked["task"], asked["made"]), flush=True)
cluster.shutdown()
