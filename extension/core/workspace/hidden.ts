/** stub */
export async function hiddenFiles(folder: string): Promise<readonly string[]> { return folder === '' ? [] : []; }
