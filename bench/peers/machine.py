"""The machine and the day of a run: without them its numbers say nothing."""
import datetime
import os
import platform
import subprocess


def processor_name():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def compiler_name():
    try:
        return subprocess.run(["c++", "--version"], stdout=subprocess.PIPE, text=True, check=True,
                              stderr=subprocess.DEVNULL).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown compiler"


def describe():
    return {
        "processor": processor_name(),
        "processors": os.cpu_count(),
        "compiler": compiler_name(),
        "date": datetime.date.today().isoformat(),
        "load": os.getloadavg()[0],
    }
