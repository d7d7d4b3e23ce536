// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The price of the multi-scalar multiplications of EIP-2537: k pairs cost k single multiplications less a
/// discount that grows with k.
library Msm {
    /// @notice One multiplication in G1.
    uint256 internal constant G1_MULTIPLICATION = 12_000;
    /// @notice One multiplication in G2.
    uint256 internal constant G2_MULTIPLICATION = 22_500;
    /// @notice Bytes of a G1 point.
    uint256 internal constant G1_POINT = 128;
    /// @notice Bytes of a G2 point.
    uint256 internal constant G2_POINT = 256;
    /// @notice Bytes of a G1 point and a scalar.
    uint256 internal constant G1_PAIR = 160;
    /// @notice Bytes of a G2 point and a scalar.
    uint256 internal constant G2_PAIR = 288;

    uint256 private constant _DISCOUNTS = 128;
    /// @dev Thousandths of the full price for 1, 2, ... 128 pairs, two bytes each; the last holds for more.
    bytes private constant _G1_DISCOUNTS = hex"03e803b50350031d02fc02ee02e202d802cf02c802c102ba02b402af02aa02a502a1029d029902950292028e028b0288"
        hex"028502820280027d027b0278027602730271026f026d026b026902670265026302610260025e025c025b025902570256"
        hex"0254025302510250024f024d024c024a02490248024602450244024302410240023f023e023d023c023a023902380237"
        hex"0236023502340233023202310230022f022e022d022c022b022a02290228022702260225022402230223022202210220"
        hex"021f021e021d021c021c021b021a0219021802180217021602150214021402130212021102100210020f020e020d020d"
        hex"020c020b020a020a0209020802080207";
    bytes private constant _G2_DISCOUNTS = hex"03e803e8039b037403570340032c031c030e030202f702ed02e402dc02d402cd02c702c002bb02b502b002ab02a702a2"
        hex"029e029a02970293028f028c0289028602830280027d027a0278027502730270026e026c026a0267026502630261025f"
        hex"025e025c025a025802560255025302510250024e024d024b024a0248024702460244024302420240023f023e023d023b"
        hex"023a023902380237023602350233023202310230022f022e022d022c022b022a02290228022802270226022502240223"
        hex"0222022102210220021f021e021d021d021c021b021a0219021902180217021702160215021402140213021202120211"
        hex"02100210020f020e020e020d020c020c";

    /// @notice Price of BLS12_G1MSM over `inputLength` bytes.
    function g1(uint256 inputLength) internal pure returns (uint256) {
        return _price(inputLength / G1_PAIR, G1_MULTIPLICATION, _G1_DISCOUNTS);
    }

    /// @notice Price of BLS12_G2MSM over `inputLength` bytes.
    function g2(uint256 inputLength) internal pure returns (uint256) {
        return _price(inputLength / G2_PAIR, G2_MULTIPLICATION, _G2_DISCOUNTS);
    }

    function _price(uint256 pairs, uint256 multiplication, bytes memory discounts) private pure returns (uint256) {
        if (pairs == 0) return 0;
        uint256 row = 2 * ((pairs < _DISCOUNTS ? pairs : _DISCOUNTS) - 1);
        uint256 discount = (uint256(uint8(discounts[row])) << 8) | uint8(discounts[row + 1]);
        return pairs * multiplication * discount / 1000;
    }
}
