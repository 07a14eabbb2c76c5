# Prints what TensorFlow's wheels for other systems hold, by a few kilobytes of each: pip finds them, and reads the list at
# the end of the file and the head of the library.
import json
import sys
from zipfile import ZipFile

from pip._internal.commands import create_command
from pip._internal.models.target_python import TargetPython
from pip._internal.network.lazy_wheel import LazyZipOverHTTP
from pip._vendor.packaging.specifiers import SpecifierSet

HEAD = 32768
package, version, *platforms = sys.argv[1:]
command = create_command("download")
options, _ = command.parse_args(["--no-deps", "--only-binary=:all:", "x"])
session = command._build_session(options)
found = {}
for platform in platforms:
    for minor in (10, 11, 12, 13):
        python = TargetPython(platforms=[platform], py_version_info=(3, minor), implementation="cp")
        finder = command._build_package_finder(options, session, python, ignore_requires_python=True)
        best = finder.find_best_candidate(package, SpecifierSet("==" + version)).best_candidate
        found.setdefault(platform, {"minors": []})
        if best:
            found[platform]["minors"].append(minor)
            link = best.link.url_without_fragment
    with LazyZipOverHTTP(link, session) as file:
        wheel = ZipFile(file)
        names = wheel.namelist()
        libraries = [name for name in names if name.startswith("tensorflow/lib")]
        heads = {}
        for name in libraries:
            with wheel.open(name) as library:
                heads[name] = library.read(HEAD).hex()
        headers = [name for name in names if name.endswith(("/framework/op_kernel.h", "/c/eager/c_api.h"))]
        found[platform].update(libraries=heads, headers=headers)
print(json.dumps(found))
