/** Plain scalars that YAML dialects read as different things; whoever writes one has to say which is meant. */
const doubtful: readonly (readonly [RegExp, string])[] = [
  [/^(?:y|n|yes|no|on|off|True|TRUE|False|FALSE|Yes|YES|No|NO|On|ON|Off|OFF|Y|N)$/, 'looks like a boolean: write true or false, or put it in quotes to make it text.'],
  [/^(?:~|null|Null|NULL)?$/, 'has no value: write one, {} for an empty map, [] for an empty list or "" for empty text.'],
  [/^[-+]?0(?:[xX][0-9a-fA-F_]+|[oO]?[0-7_]+|[bB][01_]+|[0-9_]+)$/, 'looks like an octal, hexadecimal or binary number: write it in decimal, or put it in quotes to make it text.'],
  [/^[-+]?(?:\.[0-9]+|[0-9][0-9_]*\.[0-9_]*)(?:[eE][-+]?[0-9]+)?$|^[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/, 'looks like a fraction: numbers here are whole; put it in quotes to make it text.'],
  [/^[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?$|^[-+]?[0-9]+_[0-9_]*$|^\+[0-9]+$/, 'looks like a number in an unusual spelling: write plain digits, or put it in quotes to make it text.'],
  [/^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])/, 'looks like a date: put it in quotes to make it text.'],
];

/** Why a plain scalar is refused, to follow the scalar itself; undefined for one that means one thing only. */
export function doubtOf(source: string): string | undefined {
  return doubtful.find(([pattern]) => pattern.test(source))?.[1];
}

/** Characters that make a text look different from what it is: controls, bidirectional overrides, what nobody sees. Joiners and selectors of scripts and emoji are none. */
export const invisible = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB]|[\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E00FF}\u{E01F0}-\u{E0FFF}]/u;
