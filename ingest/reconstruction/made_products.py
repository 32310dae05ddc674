"""Products as they are finished, one after the other."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from ingest.pipeline.job import Job

#: Beside the steps of a run: what is announced stays where it is while a step gets its name.
FOLDER: Final = ".made"


class MadeProducts:
    """Keeps the files of a step that makes products, and announces each.

    Parameters
    ----------
    folder : Path
        Of the step.
    job : Job

    Attributes
    ----------
    folder : Path
    files : dict of str to str
        Names of files by product.
    """

    def __init__(self, folder: Path, job: Job) -> None:
        self.folder = folder
        self._job = job
        self.files: dict[str, str] = {}
        remove_announced(folder.parent)

    def announce(self, product: str, file: str) -> None:
        """Take note of a file that is complete, and tell whoever waits for it.

        Raises
        ------
        Cancelled
        """
        if not (self.folder / file).is_file():
            return  # there was nothing to write, such as contours of level ground
        self.files[product] = file
        if not self._job.is_heard:
            return
        # A second name: the step's folder is renamed while somebody reads the file.
        second = self.folder.parent / FOLDER / file
        second.parent.mkdir(exist_ok=True)
        try:
            os.link(self.folder / file, second)
        except OSError:
            shutil.copyfile(self.folder / file, second)
        self._job.announce({"product": product, "path": str(second)})


def remove_announced(run: Path) -> None:
    """Remove the second names of a run's products, once nobody reads them any more."""
    # What somebody reads after all goes with the next attempt; a run does not fail for it.
    shutil.rmtree(run / FOLDER, ignore_errors=True)
