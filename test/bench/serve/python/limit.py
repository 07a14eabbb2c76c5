# Contender without HTTP, with Pillow; speaks as ../../support/contender.ts does.
# Arguments: folder of pictures, how many there are, pictures in a run.
import json
import sys
import time

import numpy as np
from common import Model

folder, count, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
pictures = [open(f"{folder}/{i}.bin", "rb").read() for i in range(count)]
model = Model()
print(json.dumps({"ready": {}}), flush=True)
at = 0
for line in sys.stdin:
    seconds = json.loads(line)["seconds"]
    began, images = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        chosen = [pictures[(at + i) % count] for i in range(batch)]
        at += batch
        images += len(model.run(np.stack([model.decode(data) for data in chosen])))
    elapsed = time.perf_counter() - began
    print(json.dumps({"images": images, "seconds": elapsed, "cpu": time.process_time(), "peak": 0}), flush=True)
