"""Runs halmos over the proofs in contracts/test/proofs and judges them more strictly than it does: a loop that was not
unrolled to its end fails too. See scripts/prove; arguments go to halmos."""

import sys

import z3
from halmos.__main__ import Exitcode, _main
from halmos.bitvec import HalmosBitVec
from halmos.sevm import Exec

CLZ = 0x1E


def leading_zeros(word: HalmosBitVec) -> HalmosBitVec:
    """CLZ of EIP-7939, which halmos 0.3.3 does not know: 256 for zero."""
    value = word.as_z3()
    count, rest = z3.BitVecVal(0, 256), value
    for width in (128, 64, 32, 16, 8, 4, 2, 1):
        empty = z3.LShR(rest, 256 - width) == 0
        count = z3.If(empty, count + width, count)
        rest = z3.If(empty, rest << width, rest)
    return HalmosBitVec(z3.If(value == 0, z3.BitVecVal(256, 256), count), size=256)


def teach_clz() -> None:
    """Executes a CLZ together with the instruction before it, so that halmos never meets one."""
    advance = Exec.advance

    def advance_over_clz(execution: Exec, pc: int | None = None) -> None:
        advance(execution, pc)
        while execution.insn.opcode == CLZ:
            execution.st.set_top(leading_zeros(execution.st.topi()))
            advance(execution)

    Exec.advance = advance_over_clz


def main() -> int:
    teach_clz()
    run = _main(["--no-status", "--early-exit", "--solver-timeout-assertion", "120s", *sys.argv[1:]])
    results = [result for contract in (run.test_results or {}).values() for result in contract]
    failed = 0
    for result in results:
        if result.exitcode != 0:
            failed += 1
            print(f"not proven: {result.name} ({Exitcode(result.exitcode).name.lower()})")
        elif result.num_bounded_loops != 0:
            failed += 1
            print(f"not proven: {result.name} (a loop is longer than its bound)")
    print(f"\nproofs: {len(results) - failed} proven, {failed} not")
    return 1 if failed or run.exitcode != 0 or not results else 0


if __name__ == "__main__":
    sys.exit(main())
