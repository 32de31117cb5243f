import { lookup as lookUpName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';
import { AppError } from '../../domain/errors.ts';

export type IsAllowedAddress = (address: string, port: number) => boolean;

const webPorts = new Set([80, 443, 8000, 8080, 8443]);
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
      if (isIP(host) && !guard.isAllowedAddress(host, port)) {
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
function guardedLookup(guard: Guard, port: number): LookupFunction {
  return (hostname, options, callback) => {
    (guard.lookup ?? lookUpName)(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      const [first] = addresses;
      const isAllowed = addresses.every(({ address }) => guard.isAllowedAddress(address, port));
      if (!first || !isAllowed) callback(refuse(hostname, port), []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function refuse(host: string, port: number): AppError {
  return new AppError('URL_NOT_ALLOWED', `${host} at port ${port} is not on the public internet or not a web port.`);
}
