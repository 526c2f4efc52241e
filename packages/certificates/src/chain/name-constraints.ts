import { BlockList, isIP } from 'node:net';
import type { GeneralName, GeneralSubtree, NameConstraints } from '@peculiar/asn1-x509';

/**
 * What a CA's name constraints (RFC 5280, 4.2.1.10) say against names below it, or nothing. DNS names and IP addresses
 * are compared; other kinds of constraint can't be verified here and count as broken.
 */
export function breaksNameConstraints(
  names: readonly GeneralName[],
  constraints: NameConstraints,
): string | undefined {
  const permitted = Array.from(constraints.permittedSubtrees ?? []);
  const excluded = Array.from(constraints.excludedSubtrees ?? []);
  for (const { base } of [...permitted, ...excluded]) {
    if (base.dNSName === undefined && base.iPAddress === undefined) {
      return 'a CA restricts names in a way that is not understood';
    }
  }
  for (const name of names) {
    const text = name.dNSName ?? name.iPAddress;
    if (text === undefined) continue;
    if (excluded.some((each) => isBelow(name, each))) return `a CA excludes the name ${text}`;
    const same = permitted.filter(({ base }) => sameKind(name, base));
    if (same.length > 0 && !same.some((each) => isBelow(name, each))) {
      return `a CA does not permit the name ${text}`;
    }
  }
  return undefined;
}

function sameKind(name: GeneralName, base: GeneralName): boolean {
  return name.dNSName === undefined ? base.iPAddress !== undefined : base.dNSName !== undefined;
}

function isBelow(name: GeneralName, { base }: GeneralSubtree): boolean {
  if (name.dNSName !== undefined && base.dNSName !== undefined) {
    const [low, high] = [name.dNSName.toLowerCase(), base.dNSName.toLowerCase()];
    if (high === '' || low === high) return true;
    return low.endsWith(high.startsWith('.') ? high : `.${high}`);
  }
  if (name.iPAddress === undefined || base.iPAddress === undefined) return false;
  const [network = '', prefix = ''] = base.iPAddress.split('/', 2);
  if (isIP(network) !== isIP(name.iPAddress) || !/^\d{1,3}$/.test(prefix)) return false;
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(prefix), family);
  return subnet.check(name.iPAddress, family);
}
