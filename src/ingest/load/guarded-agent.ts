import { lookup as lookUpName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';
import { AppError } from '../../domain/errors.ts';

/** `host` is what the address was asked by: a name, or the address itself. */
export type IsAllowedAddress = (address: string, port: number, host: string) => boolean;

export const webPorts = new Set([80, 443, 8000, 8080, 8443]);
/** Public by its range, but it answers only inside Azure and tells a machine about itself. */
const innerPublicAddresses = new Set(['168.63.129.16']);

/** True for addresses on the public internet at the ports of web servers. */
export function isPublicAddress(address: string, port: number): boolean {
  if (!webPorts.has(port) || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || innerPublicAddresses.has(parsed.toString())) return false;
  if (parsed.kind() === 'ipv4') return true;
  // Only 2000::/3 is given out to the public; other ranges may lead to an inner address.
  const [first = 0] = parsed.toByteArray();
  return first >= 0x20 && first <= 0x3f;
}

interface Guard {
  readonly isAllowedAddress: IsAllowedAddress;
  readonly idleMilliseconds: number;
  readonly lookup?: LookupFunction;
}

/**
 * Connections that check the very address they connect to, so that neither a literal nor a name that changes its address gets past.
 * Refused ones fail with URL_NOT_ALLOWED as the cause. Proxy settings of the environment are not used. The caller destroys it.
 */
export function createGuardedAgent(guard: Guard): Agent {
  return new Agent({
    connect: (options, callback) => {
      const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) && !guard.isAllowedAddress(host, port, host)) {
        callback(refuse(host, port), null);
        return;
      }
      const lookup = guardedLookup(guard, port);
      buildConnector({ lookup, timeout: guard.idleMilliseconds })(options, callback);
    },
    headersTimeout: guard.idleMilliseconds,
    bodyTimeout: guard.idleMilliseconds,
  });
}

/** Looks a name up; one forbidden address among its addresses refuses the name. */
function guardedLookup(guard: Pick<Guard, 'isAllowedAddress' | 'lookup'>, port: number): LookupFunction {
  return (hostname, options, callback) => {
    (guard.lookup ?? lookUpName)(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      const [first] = addresses;
      const isAllowed = addresses.every(({ address }) => guard.isAllowedAddress(address, port, hostname));
      if (!first || !isAllowed) callback(refuse(hostname, port), []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** The address of a host for a program that connects by itself; the caller binds it to that address. Throws URL_NOT_ALLOWED, URL_UNREACHABLE. */
export async function resolveGuarded(
  hostname: string,
  port: number,
  guard: Pick<Guard, 'isAllowedAddress' | 'lookup'>,
): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) {
    if (guard.isAllowedAddress(host, port, host)) return host;
    throw refuse(host, port);
  }
  return await new Promise((resolve, reject) => {
    guardedLookup(guard, port)(host, { all: false }, (error, address) => {
      if (error instanceof AppError) reject(error);
      else if (error) reject(new AppError('URL_UNREACHABLE', `The name ${host} is not known.`, { cause: error }));
      else resolve(String(address));
    });
  });
}

function refuse(host: string, port: number): AppError {
  return new AppError('URL_NOT_ALLOWED', `${host} at port ${port} is not on the public internet or not a web port.`);
}
