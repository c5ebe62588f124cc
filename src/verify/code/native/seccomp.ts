/**
 * Which calls of the kernel a program behind bubblewrap may not make, as a program for the kernel's filter (classic BPF,
 * `man 2 seccomp`): no new processes, only threads; no namespaces; no tracing, no rings of calls, no programs for the kernel.
 * The limit on processes (RLIMIT_NPROC) does not hold where the user is root, so the filter does.
 */

type Machine = {
  readonly audit: number;
  readonly clone: number;
  /** Refused as not permitted. */
  readonly refused: readonly number[];
};

/** fork, vfork, ptrace, unshare, setns, keys, perf_event_open, bpf, userfaultfd, io_uring, pidfd_getfd. */
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    refused: [57, 58, 101, 248, 249, 250, 272, 298, 308, 310, 311, 321, 323, 425, 426, 427, 438],
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    refused: [97, 117, 217, 218, 219, 241, 268, 270, 271, 280, 282, 425, 426, 427, 438],
  },
};
const CLONE3 = 435;
const CLONE_THREAD = 0x10000;
/** Numbers from here on are those of another way to call the same kernel. */
const OTHER_WAYS = 0x40000000;

const LOAD = 0x20;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const HAS_BIT = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const NOT_PERMITTED = 0x00050001;
/** Where the new call for threads is not there, the C library takes the old one, whose flags the filter can read. */
const NOT_THERE = 0x00050026;

/** Null for a machine whose calls are not known here. */
export function seccompFilter(arch: string = process.arch): Buffer | null {
  const machine = MACHINES[arch];
  if (machine === undefined) return null;
  const { audit, clone, refused } = machine;
  const steps: (readonly [code: number, ifTrue: number, ifFalse: number, value: number])[] = [
    [LOAD, 0, 0, 4], // the kind of machine
    [EQUAL, 1, 0, audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, 0], // the call's number
    [AT_LEAST, 0, 1, OTHER_WAYS],
    [RETURN, 0, 0, KILL],
    [EQUAL, 0, 1, CLONE3],
    [RETURN, 0, 0, NOT_THERE],
    ...refused.flatMap(
      (call) =>
        [
          [EQUAL, 0, 1, call],
          [RETURN, 0, 0, NOT_PERMITTED],
        ] as const,
    ),
    [EQUAL, 0, 3, clone],
    [LOAD, 0, 0, 16], // its flags
    [HAS_BIT, 1, 0, CLONE_THREAD],
    [RETURN, 0, 0, NOT_PERMITTED],
    [RETURN, 0, 0, ALLOW],
  ];
  const bytes = Buffer.alloc(steps.length * 8);
  for (const [i, [code, ifTrue, ifFalse, value]] of steps.entries()) {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(ifTrue, i * 8 + 2);
    bytes.writeUInt8(ifFalse, i * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, i * 8 + 4);
  }
  return bytes;
}
