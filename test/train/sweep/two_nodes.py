"""A Ray cluster of two nodes on this machine: `python two_nodes.py PORT`, where its client server listens, on loopback.

Says `ready`; a line on standard input kills the second node without grace; the end of it ends the cluster.
"""

import os
import sys

# Ray takes a machine's outer address, also where it is given 127.0.0.1; not so where it believes in no clusters. Each of its
# processes reads this.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray.cluster_utils import Cluster

common = {"num_cpus": 1, "include_dashboard": False, "node_ip_address": "127.0.0.1", "object_store_memory": 100 << 20}


def start(tries=4):
    """Ray gives a node 30 seconds to start, which a machine with other work may not have."""
    cluster = Cluster()
    try:
        cluster.add_node(ray_client_server_port=int(sys.argv[1]), **common)
        return cluster, cluster.add_node(**common)
    except Exception:
        cluster.shutdown()
        if tries == 1:
            raise
        return start(tries - 1)


cluster, second = start()
print("ready", flush=True)
for _ in sys.stdin:
    cluster.remove_node(second, allow_graceful=False)
    print("killed", flush=True)
cluster.shutdown()
