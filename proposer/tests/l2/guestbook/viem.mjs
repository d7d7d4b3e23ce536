// Deploys the guestbook, writes, reads and watches it with viem, as a page or a bot does.
// Arguments: HTTP endpoint, WebSocket endpoint, chain id, private key, artifact of the guestbook.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {
  BaseError, ContractFunctionRevertedError, createPublicClient, createWalletClient, defineChain, getAddress, http,
  parseEther, webSocket,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

const [endpoint, wsEndpoint, chainId, key, artifact] = process.argv.slice(2);
const { abi, bytecode } = JSON.parse(fs.readFileSync(artifact, 'utf8'));
const chain = defineChain({
  id: Number(chainId),
  name: 'Rollup',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [endpoint], webSocket: [wsEndpoint] } },
  contracts: { multicall3: { address: '0xcA11bde05977b3631167028862bE2a173976CA11' } },
});
const account = privateKeyToAccount(key);
const client = createPublicClient({ chain, transport: http(undefined, { batch: true }) });
const wallet = createWalletClient({ account, chain, transport: http() });
const socket = createPublicClient({ chain, transport: webSocket() });

const created = await client.waitForTransactionReceipt({
  hash: await wallet.deployContract({ abi, bytecode: bytecode.object }),
});
assert.equal(created.status, 'success');
const book = { address: created.contractAddress, abi };

// a socket that is open takes the watchers' subscriptions in order
await socket.getChainId();
const events = [];
const blocks = [];
const pending = [];
const failures = [];
const onError = (error) => failures.push(error);
const unwatch = [
  socket.watchContractEvent({ ...book, eventName: 'Signed', onError, onLogs: (logs) => events.push(...logs) }),
  socket.watchBlocks({ onError, onBlock: (block) => blocks.push(block) }),
  socket.watchPendingTransactions({ onError, onTransactions: (hashes) => pending.push(...hashes) }),
];
await new Promise((resolve) => setTimeout(resolve, 200));
await socket.getChainId();

const said = ['hello', 'again'];
const hashes = [];
for (const words of said) {
  const { request } = await client.simulateContract({ ...book, account, functionName: 'sign', args: [words] });
  hashes.push(await wallet.writeContract(request));
  await client.waitForTransactionReceipt({ hash: hashes.at(-1) });
}
const paid = await wallet.sendTransaction({ to: '0x00000000000000000000000000000000000000aa', value: parseEther('1') });
const receipt = await client.waitForTransactionReceipt({ hash: paid });

const deadline = Date.now() + 20_000;
const all = () => events.length >= 2 && blocks.some((block) => block.number === receipt.blockNumber)
  && pending.includes(paid);
while (!all() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
assert.deepEqual(failures, []);
assert.deepEqual(events.map((log) => [log.args.guest, log.args.number, log.args.words]),
  said.map((words, index) => [account.address, BigInt(index + 1), words]));
assert.deepEqual(events.map((log) => log.transactionHash), hashes);
assert(all(), `blocks ${blocks.map((block) => block.number)}, pending ${pending}`);

const [signatures, words] = await client.multicall({
  contracts: [
    { ...book, functionName: 'signatures' },
    { ...book, functionName: 'words', args: [account.address] },
  ],
  allowFailure: false,
});
assert.deepEqual([signatures, words], [2n, 'again']);
const logs = await client.getContractEvents({ ...book, eventName: 'Signed', fromBlock: 'earliest' });
assert.deepEqual(logs.map((log) => log.args.words), said);
const earlier = await client.readContract({ ...book, functionName: 'signatures', blockNumber: logs[0].blockNumber });
assert.equal(earlier, 1n);
assert.equal(await client.getStorageAt({ ...book, slot: '0x0' }), `0x${'2'.padStart(64, '0')}`);

const [block, transaction, count, fees, balance] = await Promise.all([
  client.getBlock({ blockNumber: receipt.blockNumber, includeTransactions: true }),
  client.getTransaction({ hash: paid }),
  client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
  client.estimateFeesPerGas(),
  client.getBalance({ address: '0x00000000000000000000000000000000000000aa' }),
]);
assert.equal(block.transactions[receipt.transactionIndex].hash, paid);
assert.equal(getAddress(transaction.from), account.address);
assert.equal(count, 4);
assert(fees.maxFeePerGas > block.baseFeePerGas);
assert.equal(balance, parseEther('1'));

await assert.rejects(
  client.simulateContract({ ...book, account, functionName: 'sign', args: [''] }),
  (error) => error instanceof BaseError
    && error.walk((cause) => cause instanceof ContractFunctionRevertedError)?.data?.errorName === 'Silent',
);
unwatch.forEach((stop) => stop());
const rpc = await socket.transport.getRpcClient();
rpc.close();
console.log(book.address);
