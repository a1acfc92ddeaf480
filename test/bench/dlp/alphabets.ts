export const lower = 'abcdefghijklmnopqrstuvwxyz';
export const digits = '0123456789';
export const hex = '0123456789abcdef';
export const alphanumeric = `${lower}${lower.toUpperCase()}${digits}`;
