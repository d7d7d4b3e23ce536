// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Copy} from "../../../src/verifier/job/Copy.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

contract CopyTest is FamilyTest {
    function setUp() public {
        family = new Copy();
    }

    function _scene(bytes memory data, Slice memory source, uint256 destination, uint256 total)
        internal
        pure
        returns (Scene memory scene)
    {
        scene = Scenes.running("", _items());
        scene.phase = Phase.COPY;
        scene.data = data;
        scene.job = Job(2, source, uint32(destination), uint32(total), 0, 0);
    }

    /// Runs the whole job, a step at a time, each checked against the definition.
    function _assertCopies(bytes memory data, bytes memory tree, uint256 from, uint256 inside, uint256[2] memory to)
        internal
        view
    {
        (uint256 destination, uint256 total) = (to[0], to[1]);
        Slice memory source;
        if (inside != 0) {
            source = Scenes.sliceOf(tree);
            (source.offset, source.length) = (uint32(from), uint32(inside));
        }
        bytes memory bytesInside = _part(tree, from, inside);
        Scene memory scene = _scene(data, source, destination, total);
        while (scene.job.done < total) {
            uint256 done = scene.job.done;
            uint256 room = 1024 - (destination + done) % 1024;
            uint256 length = total - done < room ? total - done : room;
            (scene.rangeCount, scene.ranges) = (0, "");
            if (done < inside) {
                uint256 end = done + length < inside ? done + length : inside;
                scene.addRange(tree, from + done, from + end);
            }
            scene.addRange(scene.data, destination + done, destination + done + length);
            bytes32 post = _next(scene);
            for (uint256 i = 0; i < length; ++i) {
                scene.data[destination + done + i] = done + i < inside ? bytesInside[done + i] : bytes1(0);
            }
            scene.job.done += uint32(length);
            if (scene.job.done == total) scene.phase = Phase.RUNNING;
            assertEq(post, scene.commit().hash());
        }
    }

    function test_fuzz_copy(uint256 seed, uint256 from, uint256 inside, uint256 destination, uint256 total)
        public
        view
    {
        from = bound(from, 0, 100);
        inside = bound(inside, 0, 300);
        destination = bound(destination, 0, 1100);
        total = bound(total, inside == 0 ? 1 : inside, 400);
        _assertCopies(_bytes(seed, 1536), _bytes(~seed, 410), from, inside, [destination, total]);
    }

    function test_chunks() public view {
        _assertCopies(_bytes(1, 2560), _bytes(2, 1600), 7, 1500, [uint256(1000), 1550]);
        _assertCopies(_bytes(1, 2048), _bytes(2, 1600), 0, 1024, [uint256(1024), 1024]);
        _assertCopies(_bytes(1, 2048), "", 0, 0, [uint256(1023), 2]);
    }

    /// MCOPY: the source is the memory before, also when the parts overlap.
    function test_overlap() public view {
        bytes memory data = _bytes(1, 1600);
        _assertCopies(bytes.concat(data), data, 0, 1000, [uint256(500), 1100]);
        _assertCopies(bytes.concat(data), data, 500, 1000, [uint256(0), 1000]);
    }
}
// forge-lint: disable-end(unsafe-typecast)
