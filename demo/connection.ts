/** A real TCP connection through the lab's firewall: a listener on the server side, a client with its source address bound on the other. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Lab } from '../connectors/nftables/lab.ts';

export type Attempt = { readonly from: string; readonly to: string; readonly port: number };

const connectTimeoutMs = 1500;

const listenScript = `const s=require('node:net').createServer(c=>{c.on('error',()=>{});c.end('hello')});s.on('error',e=>{console.log(e.code);process.exit(1)});s.listen(+process.argv[2],process.argv[1],()=>console.log('listening'));setTimeout(()=>process.exit(0),10000)`;
const connectScript = `const [to,port,from]=process.argv.slice(1);const t=Date.now();const done=(r)=>{console.log(JSON.stringify({result:r,ms:Date.now()-t}));process.exit(0)};const c=require('node:net').connect({host:to,port:+port,localAddress:from});c.setTimeout(${connectTimeoutMs},()=>done('ETIMEDOUT'));c.on('connect',()=>done('connected'));c.on('error',e=>done(e.code))`;

export async function tryConnection(lab: Lab, attempt: Attempt): Promise<{ readonly passed: boolean; readonly elapsedMs: number }> {
  const listener = run(lab.serverExec, listenScript, [attempt.to, String(attempt.port)]);
  try {
    await firstLine(listener);
    const said = JSON.parse(await firstLine(run(lab.clientExec, connectScript, [attempt.to, String(attempt.port), attempt.from]))) as {
      readonly result: string;
      readonly ms: number;
    };
    return { passed: said.result === 'connected', elapsedMs: said.ms };
  } finally {
    listener.kill('SIGKILL');
  }
}

function run(prefix: readonly string[], script: string, args: readonly string[]): ChildProcess {
  const [command = '', ...rest] = [...prefix, process.execPath, '-e', script, ...args];
  return spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(String(chunk).trim()));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the prober ended with ${code} before it said anything`)));
  });
}
