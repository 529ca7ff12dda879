import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Ports } from './ports.ts';

async function listen(port: number): Promise<Server & AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('Ports', () => {
  it('gives away each port once', async () => {
    const ports = new Ports();
    const taken = await Promise.all(Array.from({ length: 50 }, () => ports.take()));
    expect(new Set(taken).size).toBe(50);
  });

  it('gives away ports that can be bound', async () => {
    await using server = await listen(await new Ports().take());
    expect(portOf(server)).toBeGreaterThan(0);
  });

  it('refuses a fixed port that is taken, naming it', async () => {
    await using server = await listen(0);
    const port = portOf(server);
    await expect(new Ports().take(port)).rejects.toMatchObject({
      code: 'port_taken',
      exitCode: 75,
      message: `port ${port} on 127.0.0.1 is taken`,
      hint: expect.stringContaining('leave the port out'),
    });
  });

  it('starts again on another port when somebody else took the first', async () => {
    const tried: number[] = [];
    const servers: AsyncDisposable[] = [];
    const started = await new Ports().startOn(async (port) => {
      tried.push(port);
      if (tried.length === 1) {
        servers.push(await listen(port));
      }
      servers.push(await listen(port));
      return port;
    });
    expect(tried).toHaveLength(2);
    expect(started).toBe(tried[1]);
    expect(tried[0]).not.toBe(tried[1]);
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  });

  it('gives up at once when the port was not the reason', async () => {
    let attempts = 0;
    const start = async () => {
      attempts++;
      throw new Error('broken');
    };
    await expect(new Ports().startOn(start)).rejects.toThrow('broken');
    expect(attempts).toBe(1);
  });

  it('does not move away from a fixed port', async () => {
    const ports = new Ports();
    const fixed = await ports.take();
    ports.release(fixed);
    const servers: AsyncDisposable[] = [];
    const start = async (port: number) => {
      servers.push(await listen(port));
      throw new Error('already in use');
    };
    await expect(ports.startOn(start, fixed)).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(String(fixed)),
    });
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  });
});
