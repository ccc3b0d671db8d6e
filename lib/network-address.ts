import { BlockList, isIP } from 'node:net'

// https://www.iana.org/assignments/iana-ipv4-special-registry
const NOT_PUBLIC_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

// https://www.iana.org/assignments/iana-ipv6-special-registry; all that is public lies in 2000::/3.
const NOT_PUBLIC_IN_2000: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
]

/** Never a server of anybody's: this link, everybody, nobody. Clouds keep credentials at the first. */
const NEVER: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['169.254.0.0', 16, 'ipv4'],
  ['0.0.0.0', 8, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  ['::', 128, 'ipv6'],
]

const notPublic = new BlockList()
for (const [net, prefix] of NOT_PUBLIC_IPV4) notPublic.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of NOT_PUBLIC_IN_2000) notPublic.addSubnet(net, prefix, 'ipv6')

const global = new BlockList()
global.addSubnet('2000::', 3, 'ipv6')

const never = new BlockList()
for (const [net, prefix, family] of NEVER) never.addSubnet(net, prefix, family)

/** What `address` (IPv4 or IPv6, without brackets) is: out in the world, inside a network, or no server. */
export function placeOf(address: string): 'public' | 'private' | 'never' {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (never.check(address, family)) return 'never'
  if (notPublic.check(address, family)) return 'private'
  return family === 'ipv4' || global.check(address, 'ipv6') ? 'public' : 'private'
}
