#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use alloy_primitives::U256;
use proptest::prelude::*;

use super::*;

/// The definition, naively: the words, padded with zero words to a power of two, hashed level by level.
fn naive_root(words: &[B256]) -> B256 {
    let mut level = words.to_vec();
    level.resize(words.len().next_power_of_two(), B256::ZERO);
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| keccak256([pair[0], pair[1]].concat())).collect();
    }
    level[0]
}

fn words() -> impl Strategy<Value = Vec<B256>> {
    prop::collection::vec(any::<[u8; 32]>().prop_map(B256::from), 1..70)
}

fn tree(words: &[B256]) -> WordTree {
    WordTree::from_bytes(words.concat().as_slice()).unwrap()
}

proptest! {
    #[test]
    fn roots_agree(words in words(), cut in 0usize..32) {
        let mut bytes = words.concat();
        bytes.truncate(bytes.len() - cut);
        let padded = to_words(&bytes);
        prop_assert_eq!(root_of(&bytes), naive_root(&padded));
        prop_assert_eq!(WordTree::from_bytes(&bytes).unwrap().root(), naive_root(&padded));
    }

    #[test]
    fn t22_ranges_prove_and_write_every_place(
        words in words(), start in any::<prop::sample::Index>(), count in any::<prop::sample::Index>(), fill in any::<[u8; 32]>(),
    ) {
        let mut tree = tree(&words);
        let start = start.index(words.len());
        let count = 1 + count.index(words.len() - start);
        let range = tree.range(start as u32, count as u32).unwrap();
        let root_with = |words: &[B256]| range_root(start as u32, words, tree.height(), &range.siblings);
        prop_assert_eq!(&range.words, &words[start..start + count]);
        prop_assert_eq!(root_with(&range.words).unwrap(), tree.root());

        let written = vec![B256::from(fill); count];
        let after = root_with(&written).unwrap();
        tree.set(start as u32, &written).unwrap();
        prop_assert_eq!(after, tree.root());
        let mut expected = words;
        expected[start..start + count].copy_from_slice(&written);
        prop_assert_eq!(tree.root(), naive_root(&expected));
    }

    #[test]
    fn t22_a_changed_sibling_or_a_wrong_number_of_them_proves_nothing(
        words in words(), at in any::<prop::sample::Index>(), flip in 0u8..8,
    ) {
        let tree = tree(&words);
        let at = at.index(words.len()) as u32;
        let Range { words, siblings } = tree.range(at, 1).unwrap();
        let height = tree.height();
        for index in 0..siblings.len() {
            let mut changed = siblings.clone();
            changed[index].0[index % 32] ^= 1 << flip;
            prop_assert_ne!(range_root(at, &words, height, &changed).unwrap(), tree.root());
            let fewer = &siblings[..index];
            prop_assert_eq!(
                range_root(at, &words, height, fewer),
                Err(WordTreeError::Siblings { given: index })
            );
        }
        let more = [siblings.as_slice(), &[B256::ZERO]].concat();
        prop_assert_eq!(
            range_root(at, &words, height, &more),
            Err(WordTreeError::Siblings { given: more.len() })
        );
    }

    #[test]
    fn growing_pads_with_zero_words(words in words(), sizes in prop::collection::vec(0u32..200, 1..4)) {
        let mut tree = tree(&words);
        for size in sizes {
            let (root, from) = (tree.root(), tree.words());
            if size < from {
                let shrinks = Err(WordTreeError::Shrinks { from, to: size });
                prop_assert_eq!(tree.grow(size), shrinks);
                prop_assert_eq!(grow(root, from, size), shrinks.map(|()| root));
                prop_assert_eq!(tree.root(), root);
                continue;
            }
            tree.grow(size).unwrap();
            prop_assert_eq!(tree.words(), size);
            prop_assert_eq!(grow(root, from, size).unwrap(), tree.root());
            prop_assert_eq!(tree.root(), naive_root(&tree.leaves(0).collect::<Vec<_>>()));
            tree.set(size - 1, &[B256::repeat_byte(1)]).unwrap();
            prop_assert_eq!(tree.root(), naive_root(&tree.leaves(0).collect::<Vec<_>>()));
        }
    }
}

#[test]
fn a_clone_keeps_its_words_when_the_tree_is_written() {
    let words: Vec<B256> = (0..300u64).map(|word| B256::from(U256::from(word))).collect();
    let mut written = tree(&words);
    let clone = written.clone();
    for place in [0, 63, 64, 150, 299] {
        written.set(place, &[B256::repeat_byte(7)]).unwrap();
    }
    written.grow(700).unwrap();
    assert_eq!(clone, tree(&words));
    assert_eq!(clone.leaves(0).collect::<Vec<_>>(), words);
    assert_eq!(written.root(), naive_root(&written.leaves(0).collect::<Vec<_>>()));
}

#[test]
fn heights() {
    let expected = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (1 << 17, 17), (u32::MAX, 32)];
    for (words, levels) in expected {
        assert_eq!(height(words), levels, "{words}");
    }
    assert_eq!(height((1 << 31) + 1), MAX_HEIGHT);
    assert_eq!((words_for(0), words_for(1), words_for(32), words_for(33)), (0, 1, 1, 2));
}

#[test]
fn the_empty_tree_is_zero_and_grows_to_zero_words() {
    let mut tree = WordTree::default();
    assert_eq!((tree.root(), tree.words(), tree.height()), (B256::ZERO, 0, 0));
    assert_eq!(root_of(&[]), B256::ZERO);
    for size in [0, 0, 1, 2, 3, 9] {
        let (root, from) = (tree.root(), tree.words());
        tree.grow(size).unwrap();
        assert_eq!(tree.root(), zero_subtree(height(size)).unwrap());
        assert_eq!(grow(root, from, size), Ok(tree.root()));
    }
}

#[test]
fn t22_the_highest_tree_is_provable_and_no_higher_one() {
    let word = [B256::repeat_byte(5)];
    let siblings: Vec<_> = (0..32).map(|level| zero_subtree(level).unwrap()).collect();
    let mut expected = word[0];
    for zero in &siblings {
        expected = parent(*zero, expected);
    }
    assert_eq!(range_root(u32::MAX, &word, 32, &siblings), Ok(expected));
    assert_eq!(range_root(0, &word, 33, &siblings), Err(WordTreeError::TooHigh(33)));
    assert_eq!(zero_subtree(33), Err(WordTreeError::TooHigh(33)));
}

#[test]
fn t22_ranges_lie_inside_and_are_not_empty() {
    let mut tree = WordTree::from_bytes(&[1; 96]).unwrap();
    let before = tree.clone();
    assert_eq!(tree.range(0, 0), Err(WordTreeError::EmptyRange));
    assert_eq!(tree.set(0, &[]), Err(WordTreeError::EmptyRange));
    let outside = |start, count| WordTreeError::OutOfRange { start, count, words: 3 };
    assert_eq!(tree.range(3, 1), Err(outside(3, 1)));
    assert_eq!(tree.range(u32::MAX, 2), Err(outside(u32::MAX.into(), 2)));
    assert_eq!(tree.set(2, &[B256::ZERO; 2]), Err(outside(2, 2)));
    assert_eq!(tree, before);
    assert_eq!(range_root(0, &[], 2, &[]), Err(WordTreeError::EmptyRange));
    let beyond = WordTreeError::OutOfRange { start: 3, count: 2, words: 4 };
    assert_eq!(range_root(3, &[B256::ZERO; 2], 2, &[B256::ZERO; 2]), Err(beyond));
}

#[test]
fn siblings_go_up_left_before_right() {
    // words 1 and 2 of 8: at the leaves both neighbours, above it the whole right half
    let words: Vec<B256> = (1..=8).map(B256::repeat_byte).collect();
    let range = tree(&words).range(1, 2).unwrap();
    assert_eq!(range.siblings, [words[0], words[3], naive_root(&words[4..])]);
    // the whole tree has none
    assert!(tree(&words).range(0, 8).unwrap().siblings.is_empty());
    // the right sibling of the last word is given even when it is zero
    assert_eq!(
        tree(&words[..3]).range(2, 1).unwrap().siblings,
        [B256::ZERO, naive_root(&words[..2])]
    );
}
