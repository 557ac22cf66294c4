// Sockets without system calls: streams keep order and bounds, messages keep their borders, ports are found and freed.
import { describe, expect, it } from 'vitest';
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from '../../abi/socket.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { byteString, bytesOf, kernelBuffer } from '../mm/uaccess.ts';
import { testKernel } from '../mm/harness/kernel.ts';
import { LOOPBACK4, addressBytes, parseAddress } from './address.ts';
import { Socket, newSocket, socketPair } from './socket.ts';
import { netOf } from './state.ts';

const EAGAIN = -11, NB = 0o4000, ECONNREFUSED = -111;
function kernel(): { k: Kernel; task: Task } {
  const t = testKernel();
  t.k.time = { bootSec: 0, bootNsec: 0 };
  return t;
}
const send = (k: Kernel, t: Task, s: Socket, text: string): number => s.send(k, t, kernelBuffer(bytesOf(text)), 0x4000, null, []);
const recv = (k: Kernel, t: Task, s: Socket, n = 1 << 18): string | number => { const b = new Uint8Array(n), r = s.receive(k, t, kernelBuffer(b), 0, null); return r < 0 ? r : byteString(b.subarray(0, r)); };

describe('AF_UNIX', () => {
  it('a stream has no borders and a bound', () => {
    const { k, task } = kernel(), [a, b] = socketPair(k, task, SOCK_STREAM, NB);
    send(k, task, a, 'one'); send(k, task, a, 'two');
    expect(recv(k, task, b, 4)).toBe('onet');
    expect(recv(k, task, b)).toBe('wo');
    expect(recv(k, task, b)).toBe(EAGAIN);
    const sent = send(k, task, a, 'x'.repeat(300_000));
    expect(sent).toBe(212_992);
    expect(send(k, task, a, 'x')).toBe(EAGAIN);
    expect((recv(k, task, b) as string).length).toBe(212_992);
    a.release(k);
    expect(recv(k, task, b)).toBe('');
    expect(send(k, task, b, 'x')).toBe(-32);
  });
  it('seqpackets and datagrams are whole', () => {
    const { k, task } = kernel();
    for (const type of [SOCK_SEQPACKET, SOCK_DGRAM]) {
      const [a, b] = socketPair(k, task, type, NB);
      send(k, task, a, 'first'); send(k, task, a, 'second');
      expect(recv(k, task, b, 3)).toBe('fir');
      expect(recv(k, task, b)).toBe('second');
    }
  });
  it('abstract names go with their socket', () => {
    const { k, task } = kernel(), l = newSocket(k, AF_UNIX, SOCK_STREAM, 0, NB), name = { family: AF_UNIX, path: '\0name', ip: '', port: 0 };
    const c = newSocket(k, AF_UNIX, SOCK_STREAM, 0, NB);
    expect(c.connect(k, task, name)).toBe(ECONNREFUSED);
    expect(l.bind(k, task, name)).toBe(0);
    expect(l.listen(k, task, 5)).toBe(0);
    expect(c.connect(k, task, name)).toBe(0);
    const s = l.accept(k, task) as Socket;
    send(k, task, c, 'hi');
    expect(recv(k, task, s)).toBe('hi');
    l.release(k);
    expect(newSocket(k, AF_UNIX, SOCK_STREAM, 0, NB).connect(k, task, name)).toBe(ECONNREFUSED);
    expect(netOf(k).byName.size).toBe(0);
  });
});

describe('the loopback', () => {
  it('connects by port, refuses where nobody listens, frees its ports', () => {
    const { k, task } = kernel(), to = { family: AF_INET, path: '', ip: LOOPBACK4, port: 8080 };
    const l = newSocket(k, AF_INET, SOCK_STREAM, 0, 0);
    expect(l.bind(k, task, to)).toBe(0);
    l.listen(k, task, 1);
    const c = newSocket(k, AF_INET, SOCK_STREAM, 0, 0);
    expect(c.connect(k, task, to)).toBe(0);
    const s = l.accept(k, task) as Socket;
    expect(s.remote).toEqual(c.local);
    expect(newSocket(k, AF_INET, SOCK_STREAM, 0, 0).connect(k, task, { ...to, port: 81 })).toBe(ECONNREFUSED);
    for (const x of [c, s, l]) x.release(k);
    expect(netOf(k).byPort.size).toBe(0);
    const udp = newSocket(k, AF_INET, SOCK_DGRAM, 0, NB);
    udp.bind(k, task, { ...to, port: 53 });
    const from = newSocket(k, AF_INET, SOCK_DGRAM, 0, NB);
    expect(from.send(k, task, kernelBuffer(bytesOf('q')), 0, { ...to, port: 53 }, [])).toBe(1);
    expect(recv(k, task, udp)).toBe('q');
  });
  it('addresses survive encoding', () => {
    for (const family of [AF_INET, 10]) {
      const a = { family, path: '', ip: LOOPBACK4, port: 443 };
      expect(parseAddress(addressBytes(family, a), family)).toEqual(a);
    }
    expect(parseAddress(Uint8Array.from([1, 0, 47, 120, 0, 9]), AF_UNIX)).toEqual({ family: AF_UNIX, path: '/x', ip: '', port: 0 });
  });
});
