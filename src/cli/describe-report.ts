/** One line for each entry, groups indented. */
export function describeReport(report: object, indent = ''): string {
  return Object.entries(report)
    .map(([name, value]) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? `${indent}${name}\n${describeReport(value, `${indent}  `)}`
        : `${indent}${name.padEnd(Math.max(2, 28 - indent.length))} ${formatValue(value)}`,
    )
    .join('\n');
}

function formatValue(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(4);
  if (Array.isArray(value)) return value.map(formatValue).join(' … ');
  return value === null || value === undefined ? 'not applicable' : String(value);
}
