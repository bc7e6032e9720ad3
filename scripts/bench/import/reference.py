"""Reads scans and resamples them with nibabel and scipy, on the grids that the bench has written beside them.

usage: reference.py JOBS.json; each job: scan, grid (voxels a side), affine (of the grid, RAS+ mm), sigmaVoxels, out.
Prints one line of JSON: processor seconds a scan, and versions.
"""

import json
import sys
import time

import nibabel
import numpy as np
import scipy
from scipy import ndimage


def brain_of(data):
    """The largest region that stands out from a clean background, its holes filled."""
    foreground = data > 0.1 * np.median(data[data > 0.01 * np.percentile(data, 99.9)])
    labels, count = ndimage.label(foreground)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    return ndimage.binary_fill_holes(labels == sizes.argmax())


def resample(job):
    image = nibabel.as_closest_canonical(nibabel.load(job["scan"]))
    data = np.asarray(image.dataobj, dtype=np.float32)
    mask = brain_of(data)
    box = ndimage.find_objects(mask.astype(np.uint8))[0]
    low, high = np.percentile(data[mask], [0.5, 99.5])
    sigma = job["sigmaVoxels"]
    pad = [(int(np.ceil(3 * s)) + 2,) * 2 for s in sigma]
    cut = np.pad(mask[box], pad)
    brain = np.pad(np.clip((data[box] - low) * (2 / (high - low)), 0, 2), pad) * cut
    coverage = cut.astype(np.float32)
    brain = ndimage.gaussian_filter(brain, sigma, mode="constant", truncate=3)
    coverage = ndimage.gaussian_filter(coverage, sigma, mode="constant", truncate=3)
    matrix = np.linalg.inv(image.affine) @ np.array(job["affine"])
    offset = matrix[:3, 3] - [part.start - width[0] for part, width in zip(box, pad)]
    shape = (job["grid"],) * 3
    values = ndimage.affine_transform(brain, matrix[:3, :3], offset, shape, order=3, mode="constant")
    inside = ndimage.affine_transform(coverage, matrix[:3, :3], offset, shape, order=1, mode="constant")
    result = np.where(inside >= 0.5, np.clip(values - 1, -1, 1), -1).astype(np.float32)
    nibabel.save(nibabel.Nifti1Image(result, np.array(job["affine"])), job["out"])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    seconds = []
    for job in jobs:
        before = time.process_time()
        resample(job)
        seconds.append(time.process_time() - before)
    versions = {"nibabel": nibabel.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    print(json.dumps({"seconds": seconds, "versions": versions}))


main()
