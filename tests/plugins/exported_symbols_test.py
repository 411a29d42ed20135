"""A store plugin exports one symbol, whatever libraries it holds, and takes no cpp-httplib from others.

  python3 exported_symbols_test.py [--shared-httplib NAME.so] PLUGIN.so...    prints TAP

The one that is named is linked with a shared cpp-httplib, and says so when it gets another one.
"""
import subprocess
import sys


def dynamic_symbols(plugin, which):
    lines = subprocess.run(["nm", "-D", which, plugin], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    return sorted(line.split()[-1] for line in lines)


def dynamic_section(plugin):
    return subprocess.run(["readelf", "-d", plugin], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def main(plugins):
    shared = None
    if plugins[0] == "--shared-httplib":
        shared, plugins = plugins[1], plugins[2:]
    print(f"1..{4 * len(plugins)}")
    for index, plugin in enumerate(plugins):
        name = plugin.rsplit("/", 1)[-1]
        symbols = dynamic_symbols(plugin, "--defined-only")
        foreign = [symbol for symbol in dynamic_symbols(plugin, "--undefined-only")
                   if "httplib" in symbol]
        dynamic = dynamic_section(plugin)
        checks = [
            (symbols == ["corsac_store_plugin"], "exports its table and nothing else", symbols),
            (any("NODELETE" in line for line in dynamic), "stays mapped", dynamic),
            (not any("libcorsac" in line for line in dynamic), "links with nothing of Corsac",
             dynamic),
            (bool(foreign) == (name == shared),
             "has its own cpp-httplib" if name != shared else "has a shared cpp-httplib",
             foreign),
        ]
        for number, (is_fine, text, found) in enumerate(checks, 4 * index + 1):
            print(f"{'ok' if is_fine else 'not ok'} {number} - {name} {text}")
            if not is_fine:
                print(f"# found: {found}")


if __name__ == "__main__":
    main(sys.argv[1:])
