"""Takes the named files out of a wheel: unpack.py WHEEL FOLDER '["pattern", …]'. Prints {file: bytes} as JSON."""

import fnmatch
import json
import os
import sys
import zipfile

wheel, folder, patterns = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
sizes = {}
with zipfile.ZipFile(wheel) as archive:
    for info in archive.infolist():
        if info.is_dir() or not any(fnmatch.fnmatchcase(info.filename, pattern) for pattern in patterns):
            continue
        path = archive.extract(info, folder)  # checks the CRC, stays inside the folder
        with open(path, "rb") as file:
            os.fsync(file.fileno())
        sizes[info.filename] = info.file_size
print(json.dumps(sizes))
