# FastAPI: run by uvicorn with --workers. A plain `def` runs in the thread pool, as its documentation advises for what
# blocks; HANDLER="async def" runs on the event loop, which saves the hand-over where a run is short.
import os

import numpy as np
from common import Model
from fastapi import FastAPI, UploadFile
from fastapi.responses import JSONResponse

model = Model()
app = FastAPI()


def classify(data):
    return JSONResponse(model.answer(model.run(model.decode(data)[np.newaxis])[0]))


if os.environ["HANDLER"] == "async def":

    @app.post("/classify")
    async def classify_on_loop(img: UploadFile):
        return classify(await img.read())

else:

    @app.post("/classify")
    def classify_in_thread(img: UploadFile):
        return classify(img.file.read())
