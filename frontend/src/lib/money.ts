const formats = new Map<string, Intl.NumberFormat>();

function format(currency: string, digits: number): Intl.NumberFormat {
  const key = `${currency} ${digits}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  });
  formats.set(key, made);
  return made;
}

/** Hundredths of a currency's unit, as money. */
export const money = (cents: number, currency = 'usd'): string =>
  format(currency, 2).format(cents / 100);

/** The price of one call, in whole units: it may be far below a cent. */
export const callPrice = (units: number, currency = 'usd'): string =>
  format(currency, 6).format(units);

/** Cents of what somebody typed, or null if that is no amount. */
export function cents(typed: string): number | null {
  const match = /^\s*(\d{1,7})(?:[.,](\d{1,2}))?\s*$/.exec(typed);
  if (match === null) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}
