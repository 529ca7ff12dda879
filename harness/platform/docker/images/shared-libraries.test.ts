import { expect, it } from 'vitest';
import { librariesIn } from './shared-libraries.ts';

it('reads libraries and the loader, not what the kernel provides', () => {
  const output = `/usr/bin/one:
	linux-vdso.so.1 (0x00007f4ba375e000)
	libatomic.so.1 => /lib/x86_64-linux-gnu/libatomic.so.1 (0x00007f4ba3742000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f4ba321e000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f4ba3760000)
/usr/bin/two:
	not a dynamic executable
	/lib/ld-linux-aarch64.so.1 (0x0000ffff8a5c0000)
`;
  expect(librariesIn(output)).toEqual([
    '/lib/x86_64-linux-gnu/libatomic.so.1',
    '/lib/x86_64-linux-gnu/libc.so.6',
    '/lib64/ld-linux-x86-64.so.2',
    '/lib/ld-linux-aarch64.so.1',
  ]);
});
