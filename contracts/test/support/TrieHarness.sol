// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Mpt} from "../../src/authenticated/Mpt.sol";
import {NodeBag, NodeBags} from "../../src/authenticated/NodeBag.sol";
import {WordTree} from "../../src/authenticated/WordTree.sol";

/// @notice The authenticated structures behind external functions, for tests that need a call: of reverts, and from Rust.
contract TrieHarness {
    /// @notice One operation on a trie.
    struct Op {
        /// 0 get, 1 put, 2 remove.
        uint8 kind;
        bytes32 path;
        /// What to put.
        bytes value;
    }

    error UnknownOp(uint8 kind);

    /// @notice Carries out `ops` one after the other from `root` on, with the witness `nodes`, every one of which must be
    /// used. `values` has what each get found, empty for other operations.
    function applyOps(bytes32 root, bytes[] calldata nodes, Op[] calldata ops)
        external
        pure
        returns (bytes32 newRoot, bytes[] memory values)
    {
        NodeBag memory bag = NodeBags.create(nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            bag.add(nodes[i]);
        }
        newRoot = root;
        values = new bytes[](ops.length);
        for (uint256 i = 0; i < ops.length; ++i) {
            Op calldata op = ops[i];
            if (op.kind == 0) values[i] = Mpt.get(bag, newRoot, op.path);
            else if (op.kind == 1) newRoot = Mpt.put(bag, newRoot, op.path, op.value);
            else if (op.kind == 2) newRoot = Mpt.remove(bag, newRoot, op.path);
            else revert UnknownOp(op.kind);
        }
        bag.requireAllUsed();
    }

    /// @notice See `WordTree.rangeRoot`.
    function rangeRoot(uint256 start, bytes32[] calldata words, uint256 height, bytes32[] calldata siblings)
        external
        pure
        returns (bytes32)
    {
        return WordTree.rangeRoot(start, words, height, siblings);
    }

    /// @notice See `WordTree.rootOf`.
    function rootOf(bytes calldata data) external pure returns (bytes32 root) {
        root = WordTree.rootOf(data);
        assert(root == WordTree.rootOfCalldata(data));
    }
}
