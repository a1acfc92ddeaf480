import { FileSystemError } from 'vscode';
import type { Disposable, Uri } from 'vscode';

/** What file systems of ours have in common: documents without folders, which nobody makes, moves or deletes from outside. */
export abstract class FlatFiles {
  watch(): Disposable {
    return { dispose: () => undefined };
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotFound(uri);
  }

  createDirectory(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  delete(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  rename(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }
}
