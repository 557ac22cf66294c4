# Real program: what pystone does: classes, attributes, integer loops, lists, dicts, strings, generators, sorting. Argument: rounds.
import sys


class Record:
    __slots__ = ("link", "kind", "number", "text")

    def __init__(self, link=None, kind=0, number=0, text=""):
        self.link, self.kind, self.number, self.text = link, kind, number, text

    def copy(self):
        return Record(self.link, self.kind, self.number, self.text)


def passes(n, table, record):
    total = 0
    for i in range(n):
        other = record.copy()
        other.number = i * 2 + 3
        record.link = other
        table[i % 50] += other.number - 7 * (i // 3)
        total += table[(i * 7) % 50] & 0xffff
        if other.number % 5 == 0 and other.text < "DHRYSTONE PROGRAM, 2'ND STRING":
            record.kind = (record.kind + 1) % 3
    return total


def words(n):
    counts = {}
    for i in range(n):
        word = "w%d" % (i * i % 997)
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:3]


def queens(n, row=0, cols=0, left=0, right=0):
    if row == n:
        yield 1
    for c in range(n):
        bit = 1 << c
        if not cols & bit and not left & 1 << row + c and not right & 1 << row - c + n:
            yield from queens(n, row + 1, cols | bit, left | 1 << row + c, right | 1 << row - c + n)


total, table = 0, [0] * 50
for r in range(int(sys.argv[1])):
    total += passes(2000, table, Record(text="DHRYSTONE PROGRAM, 1'ST STRING"))
    total += sum(queens(5)) + words(1000)[0][1] + sum(x * x for x in range(500)) + len("".join(map(str, range(300))))
print("pystone", total)
