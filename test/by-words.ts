import type { RankUnitsTools } from '../src/chains/evidence/rank-units.ts';

/** Units ranked by their words alone. */
export const byWords: RankUnitsTools = { embed: async () => [], locate: null };
