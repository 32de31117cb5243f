import { type Command, Option } from 'commander';
import {
  createKey,
  createTenant,
  createUser,
  listKeys,
  listTenants,
  listUsers,
  revoke,
  setGroups,
} from './identities.ts';
import type { WithClient } from './invocation.ts';

export function addIdentities(program: Command, withClient: WithClient): void {
  const role = () => new Option('--role <role>').choices(['admin', 'reader']).default('reader');
  const keys = program.command('keys').description('create, list and revoke API keys');
  keys
    .command('create')
    .argument('<name>')
    .addOption(role())
    .option('--scope <scope...>', 'read, write, admin, embeddings; default: all that the role has, without embeddings')
    .option('--grant <entry...>', 'access-list entries that the key satisfies, such as group:support')
    .option('--tenant <id>', 'for another tenant')
    .action(
      async (name: string, options) => await withClient(async (context) => await createKey(context, name, options)),
    );

  const tenants = program.command('tenants').description('create, list and revoke tenants');
  tenants
    .command('create')
    .argument('<name>')
    .action(async (name: string) => await withClient(async (context) => await createTenant(context, name)));

  const users = program.command('users').description('create, list and revoke users');
  users
    .command('create')
    .argument('<name>')
    .addOption(role())
    .option('--group <name...>')
    .action(
      async (name: string, options) => await withClient(async (context) => await createUser(context, name, options)),
    );
  users
    .command('change')
    .description('put a user into these groups, and out of all others')
    .argument('<id>')
    .option('--group <name...>')
    .action(async (id: string, options) => await withClient(async (context) => await setGroups(context, id, options)));

  for (const [kind, group, list] of [
    ['keys', keys, listKeys],
    ['tenants', tenants, listTenants],
    ['users', users, listUsers],
  ] as const) {
    group
      .command('list')
      .description('list them, oldest first')
      .option('--limit <count>', `${kind} a page`, '50')
      .option('--cursor <cursor>', 'the next page')
      .action(async (options) => await withClient(async (context) => await list(context, options)));
    group
      .command('revoke')
      .argument('<id>')
      .action(async (id: string) => await withClient(async (context) => await revoke(context, kind, id)));
  }
}
