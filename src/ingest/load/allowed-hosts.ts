import ipaddr from 'ipaddr.js';
import { type IsAllowedAddress, isPublicAddress, webPorts } from './guarded-agent.ts';

/**
 * The public internet, and what the operator allows beside it: names (`wiki.intern`), names or addresses with a port (`127.0.0.1:9000`) and
 * ranges of addresses (`10.1.0.0/16`). Without a port the usual ones of web servers are meant. A name is trusted wherever it leads.
 */
export function allowHosts(entries: readonly string[]): IsAllowedAddress {
  const rules = entries.map(ruleOf);
  return (address, port, host) => isPublicAddress(address, port) || rules.some((allows) => allows(address, port, host));
}

function ruleOf(entry: string): IsAllowedAddress {
  if (entry.includes('/')) {
    const range = ipaddr.parseCIDR(entry);
    return (address, port) => {
      if (!webPorts.has(port) || !ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address);
      return parsed.kind() === range[0].kind() && parsed.match(range);
    };
  }
  const [, name = entry, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
  const isPort = (asked: number) => (port === undefined ? webPorts.has(asked) : asked === Number(port));
  return (_address, asked, host) => isPort(asked) && host.toLowerCase() === bare;
}
