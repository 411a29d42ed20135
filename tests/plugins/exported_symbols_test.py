"""A store plugin exports one symbol, whatever libraries it holds.

  python3 exported_symbols_test.py PLUGIN.so...    prints TAP
"""
import subprocess
import sys


def exported(plugin):
    lines = subprocess.run(["nm", "-D", "--defined-only", plugin], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    return sorted(line.split()[-1] for line in lines)


def dynamic_section(plugin):
    return subprocess.run(["readelf", "-d", plugin], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def main(plugins):
    print(f"1..{3 * len(plugins)}")
    for index, plugin in enumerate(plugins):
        name = plugin.rsplit("/", 1)[-1]
        symbols = exported(plugin)
        dynamic = dynamic_section(plugin)
        checks = [
            (symbols == ["corsac_store_plugin"], "exports its table and nothing else", symbols),
            (any("NODELETE" in line for line in dynamic), "stays mapped", dynamic),
            (not any("libcorsac" in line for line in dynamic), "links with nothing of Corsac",
             dynamic),
        ]
        for number, (is_fine, text, found) in enumerate(checks, 3 * index + 1):
            print(f"{'ok' if is_fine else 'not ok'} {number} - {name} {text}")
            if not is_fine:
                print(f"# found: {found}")


if __name__ == "__main__":
    main(sys.argv[1:])
