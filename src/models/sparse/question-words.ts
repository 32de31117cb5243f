/** Words that every English question may have; they say nothing of what it asks for. */
export const questionWords: ReadonlySet<string> = new Set(
  (
    'how what when where who whom whose which why do does did done can could may might should would must shall am i me my mine we us our ours ' +
    'you your yours he she him her his its them from has have had been being were there here about any some than then too very just also ' +
    'please tell explain know want need get got does’t don’t s t re ve ll d m so yes'
  ).split(' '),
);
