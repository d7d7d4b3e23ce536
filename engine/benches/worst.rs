//! The step commitment of the transactions of 8,000,000 gas that are dearest to trace, and the peak memory of each.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use alloy_primitives::{B256, hex};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{CpuTime, Program, World};
use surety_engine::{
    commitment::{Steps, StepsBuilder},
    machine::{StepInfo, StepSink},
};

struct Commitment(StepsBuilder);

impl StepSink for Commitment {
    fn step(&mut self, _: &StepInfo, post: B256) {
        self.0.push(post).unwrap();
    }
}

/// `prologue`, then JUMPDEST, as much of `body` as fits, and a jump back to the JUMPDEST.
fn looping(name: &str, prologue: &[u8], body: &[u8]) -> Program {
    const SIZE: usize = 24_576;
    let target = u16::try_from(prologue.len()).unwrap().to_be_bytes();
    let times = (SIZE - prologue.len() - 5) / body.len();
    let jump = [&[0x61], &target[..], &[0x56]].concat();
    Program::new(name, [prologue, &[0x5b], &body.repeat(times), &jump].concat())
}

fn programs() -> [Program; 4] {
    let full_stack = [0x5f; 1022];
    [
        // one gas a step
        looping("JUMPDEST", &[], &hex!("5b")),
        // one gas a step, with all the items that leave room for the jump
        looping("JUMPDEST under 1,022 items", &full_stack, &hex!("5b")),
        // the most of the stack hashed anew a gas: a 0 below sixteen ones, and SWAP16
        looping("SWAP16", &hex!("5f6001808080808080808080808080808080"), &hex!("9f")),
        // MLOAD at 1 MiB; then GAS MSTORE at 0, and MCOPY of this word across a border of two chunks
        looping("MCOPY in 1 MiB", &hex!("621000005150"), &hex!("5a5f52 60205f6103ff5e")),
    ]
}

fn commit(world: &World) -> Steps {
    let mut sink = Commitment(StepsBuilder::new(world.start()));
    world.trace(&mut sink);
    sink.0.finish().unwrap()
}

/// The process's peak resident memory is counted anew. Linux only, as what follows.
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// Peak resident memory of the process in MiB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn worst(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("worst");
    group.sample_size(10).measurement_time(Duration::from_secs(60));
    let mut peaks = BTreeMap::new();
    for program in programs() {
        let world = World::new(&program);
        forget_peak();
        let steps = commit(&world).taken();
        let peak = peak_memory();
        peaks.insert(program.name.clone(), peak);
        group.throughput(Throughput::Elements(steps.into()));
        group.bench_function(&program.name, |b| b.iter(|| commit(&world)));
    }
    group.finish();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peak-memory.json");
    fs::write(file, serde_json::to_string(&peaks).unwrap()).unwrap();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = worst
}
criterion_main!(benches);
