//! Machine steps a second, on one core: of the programs in `fixtures/bench`, each called with 8,000,000 gas, of a loop that
//! only computes, and of all slots of a mainnet block.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{CpuTime, Program, World, fixture};
use surety_engine::{
    conformance::SuretyBlock,
    machine::{Leaves, SlotInput, trace_slot},
    state::witness::BlockWitness,
};

fn steps(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("trace");
    group.sample_size(10);
    for program in [Program::compute()].into_iter().chain(Program::corpus()) {
        let world = World::new(&program);
        group.throughput(Throughput::Elements(world.trace(Leaves::default()).into()));
        group.bench_function(&program.name, |b| b.iter(|| world.trace(Leaves::default())));
    }

    let witness = BlockWitness::read(fixture("blocks/mainnet-23587691-witness.json.xz")).unwrap();
    let block = SuretyBlock::new(&witness).unwrap();
    let (outcome, pending) = block.execute(&witness).unwrap();
    let trace = || {
        let mut boundary = &block.parent;
        let mut steps = 0;
        for slot in &outcome.slots {
            let input = SlotInput {
                slot: slot.slot.into(),
                boundary,
                block: Some(&block.input),
                limits: &block.limits,
            };
            steps += u64::from(trace_slot(&pending, &input, Leaves::default()).unwrap().steps);
            boundary = &slot.boundary;
        }
        steps
    };
    group.throughput(Throughput::Elements(trace()));
    group.bench_function("mainnet block 23587691", |b| b.iter(|| black_box(trace())));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = steps
}
criterion_main!(benches);
