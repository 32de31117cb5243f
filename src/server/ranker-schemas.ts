import { z } from '@hono/zod-openapi';

const GateVerdictSchema = z
  .object({
    passed: z.boolean(),
    reasons: z.array(z.string()).readonly().openapi({ description: 'What kept the weights out of use, with figures.' }),
    questions: z
      .int()
      .openapi({ description: 'Judged questions, each ranked by weights that were fitted without it.' }),
    before: z.number().openapi({ description: 'Mean nDCG@10 with the shipped weights.' }),
    after: z.number().openapi({ description: 'Mean nDCG@10 with the fitted weights.' }),
    gain: z
      .object({ mean: z.number(), lower: z.number(), upper: z.number() })
      .openapi({ description: 'Mean of what each question gains, with its 95 % interval (paired bootstrap).' }),
    judgedAt: z.iso.datetime(),
    generation: z.int().openapi({ description: "The tenant's generation of documents at the time." }),
    judgements: z.string().openapi({ description: 'SHA-256 of the judged questions, their passages and grades.' }),
  })
  .openapi('GateVerdict');

const WeightsSchema = z
  .object({
    intercept: z.number(),
    features: z.record(z.string(), z.object({ value: z.number(), within: z.number() })).readonly(),
  })
  .openapi('RankerWeights');

export const RankerStatusSchema = z
  .object({
    weights: z.enum(['own', 'shipped']).openapi({ description: 'What ranks now.' }),
    shipped: z.object({ fittedAt: z.string(), hash: z.string() }),
    own: z
      .object({
        fittedAt: z.iso.datetime(),
        shippedHash: z.string().openapi({ description: 'The shipped weights that they were pulled towards.' }),
        weights: z.object({ hybrid: WeightsSchema, lexical: WeightsSchema }),
        verdict: GateVerdictSchema,
        note: z.string().nullable().openapi({ description: 'Why they are not used, or that they are out of date.' }),
      })
      .nullable(),
    judgedQuestions: z.int().openapi({ description: 'Questions with a relevant passage by feedback.' }),
    neededQuestions: z.int(),
  })
  .openapi('RankerStatus');

export const RankerFittingSchema = z
  .object({ verdict: GateVerdictSchema, putIntoUse: z.boolean() })
  .openapi('RankerFitting');
