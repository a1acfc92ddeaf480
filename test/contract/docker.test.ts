import { dockerWorld } from '../support/docker/world.ts';
import { describeBackend } from './backend.ts';

describeBackend('docker', () => dockerWorld());
