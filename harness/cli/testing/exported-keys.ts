/** The API keys as an export tells them. */
export function exportedKeys(stderr: string): { tenant: string; role: string; key: string }[] {
  return [...stderr.matchAll(/^ {2}(\S+) +(writer|reader) +(\S+)$/gm)].map(([, tenant = '', role = '', key = '']) => ({
    tenant,
    role,
    key,
  }));
}
