#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use alloy_primitives::{B256, keccak256};
use proptest::prelude::*;

use super::opening::join;
use super::*;

/// Every level of a full tree, by the definition alone.
fn naive(height: u8, leaves: &[B256]) -> Vec<Vec<B256>> {
    let mut level = leaves.to_vec();
    level.resize(1 << height, *leaves.last().unwrap());
    let mut levels = vec![level];
    for _ in 0..height {
        let below = levels.last().unwrap();
        levels.push(below.chunks(2).map(|pair| join(pair[0], pair[1])).collect());
    }
    levels
}

fn leaf(seed: u64) -> B256 {
    keccak256(seed.to_be_bytes())
}

/// Leaves in which equal neighbours, and zero, are common.
fn leaves(height: u8) -> impl Strategy<Value = Vec<B256>> {
    let run = (0_u64..6, 1_usize..40)
        .prop_map(|(seed, length)| vec![if seed == 0 { B256::ZERO } else { leaf(seed) }; length]);
    prop::collection::vec(run, 1..30).prop_map(move |runs| {
        let mut all = runs.concat();
        all.truncate(1 << height);
        all
    })
}

fn build(height: u8, leaves: &[B256]) -> Fold {
    let mut builder = FoldBuilder::new(Height::new(height).unwrap());
    for &leaf in leaves {
        builder.push(leaf).unwrap();
    }
    builder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_fold_equals_the_full_tree(height in prop::sample::select(vec![4_u8, 8, 12]), seed in leaves(8)) {
        let given = &seed[..seed.len().min(1 << height)];
        let full = naive(height, given);
        let fold = build(height, given);
        prop_assert_eq!(fold.root(), full[usize::from(height)][0]);
        prop_assert_eq!(fold.last_leaf(), *given.last().unwrap());
        for level in (4..=height).step_by(4) {
            for index in 0..(1_u32 << (height - level)) {
                let opening = fold.open(level, index).unwrap();
                let first = index as usize * 16;
                prop_assert_eq!(&opening.0[..], &full[usize::from(level) - 4][first..first + 16]);
                prop_assert_eq!(opening.root(), full[usize::from(level)][index as usize]);
            }
        }
    }

    #[test]
    fn every_proof_has_its_exact_length_and_leads_to_its_node(
        given in leaves(8), index in 0_u32..256, level in 0_u8..=8,
    ) {
        let full = naive(8, &given);
        let fold = build(8, &given);
        let siblings = fold.prove(index, level).unwrap();
        prop_assert_eq!(siblings.len(), usize::from(level));
        let under = index & ((1 << level) - 1);
        prop_assert_eq!(
            fold_proof(fold.leaf(index).unwrap(), under, &siblings),
            Some(full[usize::from(level)][(index >> level) as usize])
        );
    }

    #[test]
    fn runs_and_single_leaves_build_the_same_tree(given in prop::collection::vec((0_u64..4, 0_u32..50), 1..20)) {
        let height = Height::new(12).unwrap();
        let (mut runs, mut singles) = (FoldBuilder::new(height), FoldBuilder::new(height));
        runs.push(leaf(9)).unwrap();
        singles.push(leaf(9)).unwrap();
        for (seed, count) in given {
            runs.repeat(leaf(seed), count).unwrap();
            for _ in 0..count {
                singles.push(leaf(seed)).unwrap();
            }
        }
        prop_assert_eq!(runs.finish().unwrap().root(), singles.finish().unwrap().root());
    }
}

#[test]
fn t22_the_edges_of_a_tree_are_refused_by_name() {
    let height = Height::new(4).unwrap();
    assert_eq!(FoldBuilder::new(height).finish().unwrap_err(), FoldError::Empty);
    let mut builder = FoldBuilder::new(height);
    builder.repeat(leaf(1), 16).unwrap();
    assert_eq!(builder.push(leaf(2)), Err(FoldError::Full { capacity: 16 }));
    assert_eq!(builder.repeat(leaf(2), u32::MAX), Err(FoldError::Full { capacity: 16 }));
    let fold = builder.finish().unwrap();
    assert_eq!(fold.root(), naive(4, &[leaf(1)])[4][0]);
    assert_eq!(fold.leaf(16), Err(FoldError::NoSuchNode { level: 0, index: 16 }));
    for (level, index) in [(0, 0), (3, 0), (4, 1), (8, 0), (255, 0), (4, u32::MAX)] {
        assert_eq!(fold.open(level, index), Err(FoldError::NoSuchNode { level, index }));
    }
    assert_eq!(fold.prove(0, 5), Err(FoldError::NoSuchNode { level: 5, index: 0 }));
    assert_eq!(fold.prove(16, 4), Err(FoldError::NoSuchNode { level: 4, index: 16 }));
    for levels in [0, 1, 5, 30, 32] {
        assert_eq!(Height::new(levels), None);
    }
}

#[test]
fn t54_an_inner_node_is_no_leaf() {
    let fold = build(8, &(0..256).map(leaf).collect::<Vec<_>>());
    let inner = fold.open(8, 0).unwrap().0[3];
    let siblings = fold.open(8, 0).unwrap().siblings(3).unwrap();
    assert_eq!(fold_proof(inner, 3, &siblings), Some(fold.root()), "the inner node does lie there");
    let proof = fold.prove(3, 8).unwrap();
    assert_ne!(proof.len(), siblings.len(), "but no proof of a leaf has that length");
    assert_ne!(fold_proof(inner, 3, &proof), Some(fold.root()));
    assert_eq!(fold_proof(leaf(3), 256, &proof), None, "nor an index beyond its height");
}

#[test]
fn a_step_tree_of_half_a_million_states_is_cheap() {
    let mut builder = StepsBuilder::new(leaf(0));
    let mut state = leaf(1);
    for step in 0..500_000_u32 {
        state.0[..4].copy_from_slice(&step.to_be_bytes());
        builder.push(state).unwrap();
    }
    let started = std::time::Instant::now();
    let steps = builder.finish().unwrap();
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(steps.tree().runs().count(), 500_000);
    assert_eq!(steps.taken(), 500_000);
    let last = Height::STEPS.leaves() - 1;
    for index in [0, 1, 499_998, 499_999, 500_000, last] {
        let proof = steps.tree().prove(index, 24).unwrap();
        let leaf = steps.tree().leaf(index).unwrap();
        assert_eq!(fold_proof(leaf, index, &proof), Some(steps.tree().root()));
    }
    assert_eq!(steps.before(0).unwrap(), leaf(0));
    assert_eq!(steps.before(500_001).unwrap(), steps.boundary());
}

#[test]
fn slots_between_the_last_entry_and_the_seal_are_fixed_points() {
    let mut builder = SlotsBuilder::new(leaf(0));
    builder.push_block(leaf(1), &[leaf(2), leaf(3)], leaf(4)).unwrap();
    builder.push_block(leaf(5), &[], leaf(6)).unwrap();
    assert_eq!(
        builder.push_block(leaf(7), &[leaf(8); 1023], leaf(9)),
        Err(FoldError::Full { capacity: 1022 })
    );
    let slots = builder.finish().unwrap();
    let expected = [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 3),
        (1022, 3),
        (1023, 4),
        (1024, 5),
        (2046, 5),
        (2047, 6),
        (1 << 19, 6),
    ];
    for (position, seed) in expected {
        assert_eq!(slots.tree().leaf(position).unwrap(), leaf(seed), "slot {position}");
    }
    let runs: Vec<_> = slots.tree().runs().map(|(_, count)| count).collect();
    assert_eq!(runs, [1, 1, 1021, 1, 1023, (1 << 20) - 2047]);
    assert_eq!(slots.before(0).unwrap(), leaf(0));
    assert_eq!(slots.before(1023).unwrap(), leaf(3));
    assert_eq!(slots.boundary(), leaf(6));
    assert_eq!(SlotsBuilder::new(leaf(0)).finish().unwrap_err(), FoldError::Empty);
}

#[test]
fn a_slot_without_steps_stays_where_it_is() {
    let steps = StepsBuilder::new(leaf(7)).finish().unwrap();
    assert_eq!((steps.taken(), steps.boundary(), steps.tree().runs().count()), (0, leaf(7), 1));
}
