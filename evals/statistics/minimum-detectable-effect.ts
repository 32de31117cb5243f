import { normalQuantile } from './distributions.ts';

const power = 0.8;
const significance = 0.05;

/**
 * The smallest true difference that a comparison with this standard error finds in 80 % of all runs, two-sided at .05:
 * (Φ⁻¹(.975) + Φ⁻¹(.8)) × standard error, about 2.8 of them. Source: Bloom 1995, "Minimum Detectable Effects".
 */
export function minimumDetectableEffect(standardError: number): number {
  return (normalQuantile(1 - significance / 2) + normalQuantile(power)) * standardError;
}
