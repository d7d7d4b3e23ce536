//! The contracts' interfaces as the engine calls them: mirrors `contracts/src/interfaces`.
//!
//! Ids are plain words and times plain numbers here, which encode the same; `dispute::domain` gives them their types.
//! A test compares every selector and topic with the compiled interfaces.

#![allow(clippy::too_many_arguments, reason = "generated constructors take one argument a field")]

use alloy_sol_types::sol;

sol! {
    /// Mirrors `types/ClaimKey.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct ClaimKey {
        bytes32 parent;
        uint32 round;
        bytes32 traceRoot;
        bytes32 boundary;
    }

    /// Mirrors `types/MatchKey.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct MatchKey {
        bytes32 tournament;
        bytes32 one;
        bytes32 two;
    }

    /// Mirrors `types/Move.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct Move {
        uint8 side;
        address mover;
        uint256 refund;
    }

    /// Mirrors `types/MatchState.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct Clocks {
        uint40 one;
        uint40 two;
        uint40 since;
    }

    /// Mirrors `types/MatchState.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct MatchState {
        uint8 phase;
        uint8 level;
        uint8 toMove;
        uint8 outcome;
        uint8 reason;
        bool owing;
        uint8 rank;
        uint8 height;
        uint8 agreedHeight;
        uint32 position;
        Clocks clocks;
        bytes32 nodeOne;
        bytes32 nodeTwo;
        bytes32 agreed;
        bytes32 moves;
    }

    /// Mirrors `types/CommitmentState.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct CommitmentState {
        uint8 standing;
        uint8 rank;
        uint8 side;
        bool bondSettled;
        uint40 remaining;
        address owner;
        bytes32 root;
    }

    /// Mirrors `types/TournamentState.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct TournamentState {
        bool exists;
        uint8 level;
        uint40 start;
        uint40 budget;
        uint32 waitingRanks;
        uint32 runningRanks;
        uint64 firstBlock;
        uint16 blocks;
        bytes32 startState;
    }

    /// Mirrors `interfaces/IRollup.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct Claim {
        uint8 status;
        uint64 end;
        uint32 round;
        uint64 bond;
    }

    /// Mirrors `interfaces/IRollup.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct Bond {
        address owner;
        uint8 status;
        bool walking;
        bytes32 tip;
        bytes32 walked;
    }

    /// The tree of claims.
    #[derive(Debug, PartialEq, Eq)]
    interface IRollup {
        event ClaimProposed(bytes32 indexed claim, bytes32 indexed parent, uint32 round, uint64 first, uint64 end, bytes32 traceRoot, bytes32 boundary, uint64 indexed bond);
        event ClaimConfirmed(bytes32 indexed claim, bytes32 indexed parent, uint64 end, uint8 ground);
        event ClaimSettled(bytes32 indexed claim, bytes32 indexed parent, uint32 round, uint64 first, uint64 end, bytes32 boundary);
        event ClaimVoided(bytes32 indexed claim, bytes32 indexed parent, uint8 death);
        event BondLocked(uint64 indexed bond, address indexed owner, bytes32 tip);
        event BondMoved(uint64 indexed bond, bytes32 indexed tip);
        event BondFrozen(uint64 indexed bond, address indexed owner, bytes32 indexed eliminated);
        event BondFreed(uint64 indexed bond, address indexed owner, bytes32 indexed superseded, bytes32 tip);
        event BondReleased(uint64 indexed bond, address indexed owner, uint256 amount);
        event BondForfeited(uint64 indexed bond, address indexed owner, bytes32 indexed lost, uint8 cause, uint256 amount, uint256 burned);

        error UnknownClaim(bytes32 claim);
        error AlreadyConfirmed(bytes32 claim);
        error AlreadyVoid(bytes32 claim);
        error NotFirstChild(bytes32 parent, uint32 round);
        error NotLost(bytes32 claim);
        error ParentNotConfirmed(bytes32 parent);
        error NotWinner(bytes32 claim, uint8 status);
        error WrongBondStatus(uint64 bond, uint8 status);
        error BondElsewhere(uint64 bond, bytes32 tip, bytes32 parent);

        function lockBond() external returns (uint64 bond);
        function releaseBond(uint64 bond) external;
        function propose(uint64 bond, bytes32 parent, uint64 end, bytes32 traceRoot, bytes calldata boundary) external returns (bytes32 claim);
        function proposeSibling(uint64 bond, ClaimKey calldata parent, uint64 end, bytes32 traceRoot, bytes calldata boundary, bytes32[16] calldata children, bytes32[] calldata spine) external returns (bytes32 claim);
        function follow(uint64 bond, ClaimKey[] calldata path) external;
        function settle(bytes32 parent, uint64 end, bytes32 boundary) external returns (bytes32 claim);
        function confirm(ClaimKey calldata key) external;
        function voidClaim(ClaimKey calldata key) external;
        function splitBond(ClaimKey calldata lost, MatchKey calldata lostMatch, Move[] calldata moves) external;
        function walk(uint64 bond, ClaimKey[] calldata path) external;
        function claims(bytes32 id) external view returns (Claim memory);
        function rootBonds(uint64 id) external view returns (Bond memory);
        function isLost(bytes32 id) external view returns (bool);
        function isVoid(bytes32 id) external view returns (bool);
        function settledBy(bytes32 contest) external view returns (bytes32);
        function domainEnd(bytes32 parent) external view returns (uint64);
        function latestConfirmed() external view returns (bytes32);
        function genesis() external view returns (bytes32);
        function rootBond() external view returns (uint256);
        function inbox() external view returns (address);
        function bonds() external view returns (address);
        function tournament() external view returns (address);
        function settlement() external view returns (address);
    }

    /// Boundaries proven block by block, which settle contests.
    #[derive(Debug, PartialEq, Eq)]
    interface ISettlement {
        event BoundaryProven(address indexed rollup, bytes32 indexed parent, uint64 first, uint64 last, bytes32 boundary, uint256 prover);

        error UnknownClaim(bytes32 claim);
        error NotNext(uint64 expected, uint64 given);
        error OutsideDomain(uint64 end, uint64 last);
        error UnknownProver(uint256 index);
        error NothingProven(bytes32 parent);

        function prove(address rollup, ClaimKey calldata parent, uint64 first, uint64 last, uint256 prover, bytes calldata evidence) external;
        function settle(address rollup, bytes32 parent) external returns (bytes32 claim);
        function progress(address rollup, bytes32 parent) external view returns (uint64 last, bytes32 boundary);
        function provers(uint256 index) external view returns (address);
    }

    /// Mirrors `settlement/NextBlock.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct Outcome {
        bytes32 receiptsHash;
        uint64 gasUsed;
        bytes32 stateRoot;
    }

    /// Evidence of re-execution: mirrors `settlement/ReexecutionProver.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct Execution {
        bytes parent;
        bytes32 stateRoot;
        bytes record;
        bytes batch;
        bytes deposits;
        Outcome outcome;
        bytes witness;
    }

    /// A part of the evidence of validity, (bytes32 boundary, ProgramProof[]): mirrors `settlement/ValidityProver.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct ProgramProof {
        uint256 program;
        bytes proof;
    }

    /// The contests, at both levels.
    #[derive(Debug, PartialEq, Eq)]
    interface ITournament {
        event StepsStarted(bytes32 indexed tournament, bytes32 indexed contest, uint40 budget, uint64 firstBlock, uint16 blocks);
        event Joined(bytes32 indexed tournament, bytes32 indexed commitment, address indexed owner, bytes32 root, bytes32 last, uint40 remaining, bytes32[16] children);
        event RootOpened(bytes32 indexed tournament, bytes32 indexed commitment, bytes32 root, bytes32 last, bytes32[16] children);
        event MatchStarted(bytes32 indexed tournament, bytes32 indexed one, bytes32 indexed two, bytes32 matchId, uint8 rank, uint40 deadline);
        event Turned(bytes32 indexed tournament, bytes32 indexed matchId, uint8 side, uint8 height, uint32 position, uint40 deadline, bytes32[16] children);
        event Narrowed(bytes32 indexed tournament, bytes32 indexed matchId, uint8 side, uint32 position, bytes32 agreed, bytes32 leafOne, bytes32 leafTwo, uint40 deadline);
        event Moved(bytes32 indexed matchId, address indexed mover, uint8 side, uint256 refund);
        event MatchSettled(bytes32 indexed tournament, bytes32 indexed matchId, bytes32 indexed winner, uint8 outcome, uint8 reason);
        event Eliminated(bytes32 indexed tournament, bytes32 indexed commitment, bytes32 indexed matchId, uint8 reason);
        event StepBondReleased(bytes32 indexed tournament, bytes32 indexed commitment, address indexed owner, uint8 cause);
        event StepBondSplit(bytes32 indexed tournament, bytes32 indexed commitment, address indexed owner, uint256 burned);

        error UnknownTournament(bytes32 tournament);
        error UnknownMatch(bytes32 matchId);
        error AlreadySettled(bytes32 matchId);
        error WrongPhase(bytes32 matchId, uint8 phase);
        error AlreadyOpened(bytes32 commitment);
        error UnexpectedNode(bytes32 matchId, bytes32 expected, bytes32 actual);
        error WrongTurn(bytes32 matchId, uint8 height);
        error ClockExpired(bytes32 matchId, uint40 deadline);
        error ClockNotExpired(bytes32 matchId, uint40 deadline);
        error NothingToMerge(bytes32 tournament);
        error BondSettled(bytes32 commitment);

        function joinSteps(bytes32 id, bytes32 root, bytes32 last, bytes32[16] calldata children, bytes32[] calldata spine) external;
        function openRoot(MatchKey calldata key, bytes32 root, bytes32 last, bytes32[16] calldata children, bytes32[] calldata spine) external;
        function turn(MatchKey calldata key, bytes32 node, bytes32[16] calldata own, bytes32[16] calldata rival, bytes32[16] calldata next) external;
        function lastTurn(MatchKey calldata key, bytes32 node, bytes32[16] calldata own, bytes32[16] calldata rival, bytes32 agreed, bytes32[] calldata spine) external;
        function timeout(MatchKey calldata key) external;
        function resolve(MatchKey calldata key, bytes calldata witness) external;
        function conclude(MatchKey calldata slotMatch) external;
        function merge(bytes32 id) external;
        function splitStepBonds(MatchKey calldata slotMatch, MatchKey calldata stepMatch, Move[] calldata moves) external;
        function releaseStepBond(MatchKey calldata slotMatch, bytes32 root, bytes32 last) external;
        function tournaments(bytes32 id) external view returns (TournamentState memory);
        function commitments(bytes32 id) external view returns (CommitmentState memory);
        function matches(bytes32 id) external view returns (MatchState memory);
        function result(bytes32 id) external view returns (uint8 status, bytes32 winner);
        function deadline(bytes32 id) external view returns (uint40);
        function closing(bytes32 id) external view returns (uint40);
        function asker() external view returns (address);
        function bonds() external view returns (address);
        function records() external view returns (address);
        function verifier() external view returns (address);
        function stepBond() external view returns (uint256);
        function gasPriceCap() external view returns (uint256);
        function timing() external view returns (uint40 censorship, uint40 response, uint40 build, uint40 budget);
    }

    /// The accounts of ETH.
    #[derive(Debug, PartialEq, Eq)]
    interface IBonds {
        event Deposited(address indexed account, uint256 amount);
        event Withdrawn(address indexed account, address indexed to, uint256 amount);
        event Locked(address indexed account, uint256 amount);
        event Unlocked(address indexed account, uint256 amount);
        event Forfeited(address indexed account, uint256 amount, uint256 burned);
        event Credited(address indexed account, uint256 amount);

        error InsufficientFree(address account, uint256 free, uint256 asked);

        function deposit() external payable;
        function withdraw(address to, uint256 amount) external;
        function accounts(address account) external view returns (uint128 free, uint128 locked);
        function burned() external view returns (uint256);
        function rollup() external view returns (address);
        function tournament() external view returns (address);
    }

    /// Who may still join: mirrors `tournament/Delay.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct Joiners {
        uint32 here;
        uint32 steps;
    }

    /// Mirrors `lens/ILens.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct MatchReport {
        bytes32 id;
        MatchKey key;
        uint8 level;
        uint8 phase;
        uint8 outcome;
        uint8 reason;
        uint8 due;
        uint8 mover;
        uint40 deadline;
        uint40 left;
        uint40 clockOne;
        uint40 clockTwo;
        uint256 stakeOne;
        uint256 stakeTwo;
        uint40 maxRemainingDelay;
    }

    /// Mirrors `lens/ILens.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct ClaimReport {
        bytes32 id;
        uint8 standing;
        bytes32 deadAncestor;
        bool voidable;
        bytes32 contest;
        uint8 contestStatus;
        uint64 first;
        uint64 end;
        uint64 bond;
        address owner;
        uint256 stake;
        uint40 closing;
        uint40 earliest;
        uint40 maxRemainingDelay;
        MatchReport[] matches;
    }

    /// Views for operators and users.
    #[derive(Debug, PartialEq, Eq)]
    interface ILens {
        function claimReport(ClaimKey[] calldata path, MatchKey[] calldata matches, Joiners calldata joiners) external view returns (ClaimReport memory);
        function matchReport(MatchKey calldata key, MatchKey[] calldata matches, uint32 stepJoiners) external view returns (MatchReport memory);
        function rollup() external view returns (address);
    }

    /// Mirrors `interfaces/IStepVerifier.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct StepContext {
        uint32 slot;
        uint32 step;
        bool inDomain;
        bytes32 recordHash;
    }

    /// The machine's transition function.
    #[derive(Debug, PartialEq, Eq)]
    interface IStepVerifier {
        function next(StepContext calldata context, bytes32 preState, bytes calldata witness) external view returns (bytes32 postState);
        function contractOf(uint8 family) external view returns (address);
    }

    /// What the Inbox fixes about one L2 block.
    #[derive(Debug, PartialEq, Eq)]
    struct Record {
        uint64 number;
        uint64 timestamp;
        bytes32 prevRandao;
        address feeRecipient;
        bytes32 l1MessageRoot;
        bytes32 batchRoot;
        uint32 batchLength;
        bytes32 blobHash;
        bytes32 depositsHash;
        uint8 depositCount;
    }

    /// The batches.
    #[derive(Debug, PartialEq, Eq)]
    interface IInbox {
        event BatchAppended(uint64 indexed number, bytes32 recordHash, Record record, bytes batch, bytes deposits);

        error NoTimeLeft(uint64 timestamp, uint256 l1Time);
        error FeeNotPaid(uint256 fee, uint256 paid);

        function append(address feeRecipient, bytes calldata batch) external payable returns (uint64 number);
        function appendBlob(address feeRecipient, uint256 blobIndex) external payable returns (uint64 number);
        function latestBlock() external view returns (uint64);
        function genesisNumber() external view returns (uint64);
        function genesisTimestamp() external view returns (uint64);
        function latestTimestamp() external view returns (uint64);
        function appendFee() external view returns (uint256);
        function recordHash(uint64 number) external view returns (bytes32);
        function bridge() external view returns (address);
        function messageRoot() external view returns (bytes32);
        function messageCount() external view returns (uint64);
        function depositsQueued() external view returns (uint64);
        function depositsTaken() external view returns (uint64);
    }

    /// Mirrors `types/Message.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct Message {
        uint64 nonce;
        address sender;
        address target;
        uint256 value;
        bytes data;
    }

    /// Mirrors `interfaces/IBridge.sol`.
    #[derive(Debug, PartialEq, Eq)]
    struct WithdrawalProof {
        ClaimKey claim;
        bytes boundary;
        bytes[] accountProof;
        bytes[] storageProof;
    }

    /// Deposits, messages and withdrawals.
    #[derive(Debug, PartialEq, Eq)]
    interface IBridge {
        event MessageSent(bytes32 indexed hash, address indexed sender, address indexed target, uint64 nonce, uint256 value, bytes data);
        event Withdrawn(bytes32 indexed hash, address indexed target, uint256 value);
        event Deposited(uint64 indexed index, address indexed account, uint256 amount);
        event OutboxProven(bytes32 indexed claim, bytes32 storageRoot);

        error AlreadyWithdrawn(bytes32 hash);
        error NotConfirmed(bytes32 claim, uint8 status);
        error NotSent(bytes32 hash);
        error CallFailed(address target);

        function minimumDeposit() external view returns (uint256);
        function deposit(address account) external payable returns (uint64 index);
        function sendMessage(address target, bytes calldata data) external payable returns (uint64 nonce);
        function withdraw(Message calldata message, WithdrawalProof calldata proof) external;
        function proveOutbox(ClaimKey calldata claim, bytes calldata boundary, bytes[] calldata accountProof) external;
        function withdrawn(bytes32 hash) external view returns (bool);
        function outboxRoot(bytes32 claim) external view returns (bytes32);
        function inbox() external view returns (address);
        function rollup() external view returns (address);
        function caller() external view returns (address);
    }

    /// Makes the calls of messages from L2.
    #[derive(Debug, PartialEq, Eq)]
    interface ICaller {
        function bridge() external view returns (address);
    }

    /// Holds the tokens that are on L2.
    #[derive(Debug, PartialEq, Eq)]
    interface ITokenEscrow {
        function deposit(address token, address to, uint256 amount) external returns (uint64 nonce);
        function escrowed(address token) external view returns (uint256);
        function bridge() external view returns (address);
    }

    /// Carries a message from one rollup to another.
    #[derive(Debug, PartialEq, Eq)]
    interface IPassage {
        event Forwarded(address indexed origin, address indexed to, address indexed sender, uint64 nonce);

        function forward(address to, address target, bytes calldata data) external payable returns (uint64 nonce);
    }

    /// On L2: delivers messages from L1.
    #[derive(Debug, PartialEq, Eq)]
    interface IL1Messenger {
        event Relayed(bytes32 indexed hash);

        error AlreadyRelayed(bytes32 hash);
        error UnknownRoot(uint64 timestamp);
        error NotInTree(bytes32 hash, bytes32 root);
        error ValueNotCredited(uint256 value, uint256 balance);
        error CallFailed(bytes reason);

        function relay(Message calldata message, uint64 timestamp, bytes32[32] calldata siblings) external;
        function isRelayed(bytes32 hash) external view returns (bool);
        function l1ChainId() external view returns (uint256);
        function bridge() external view returns (address);
    }

    /// On L2: takes messages for L1.
    #[derive(Debug, PartialEq, Eq)]
    interface IOutbox {
        event MessageSent(bytes32 indexed hash, address indexed sender, address indexed target, uint64 nonce, uint256 value, bytes data);

        function send(address target, bytes calldata data) external payable returns (uint64 nonce);
        function l1ChainId() external view returns (uint256);
        function bridge() external view returns (address);
    }

    /// On L2: mints and burns what stands for tokens in L1's escrow.
    #[derive(Debug, PartialEq, Eq)]
    interface ITokenBridge {
        function withdraw(address token, address to, uint256 amount) external returns (uint64 nonce);
        function tokenOf(address l1Token) external view returns (address);
        function escrow() external view returns (address);
    }
}
