"""A check of the whole tree as TAP: the tree first, and then planted cases that show that it looks."""


def run(description, problems, planted, check_planted):
    """`problems` are those of the tree, a line each. Of each row of `planted` the first element says
    what it is; `check_planted` answers whether it was judged rightly, and what was found."""
    print(f"1..{1 + len(planted)}")
    for problem in problems:
        print(f"# {problem}")
    print(("not ok" if problems else "ok") + f" 1 - {description}")
    for number, row in enumerate(planted, 2):
        is_right, found = check_planted(row)
        print(("ok" if is_right else "not ok") + f" {number} - {row[0]}")
        if not is_right:
            print(f"# found: {found}")
