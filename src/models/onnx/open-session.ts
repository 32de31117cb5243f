import { InferenceSession } from 'onnxruntime-node';

/** Loads a model for runs of one text each, on one thread of the processor: several texts are shared out among threads of our own. */
export function openSession(file: string): Promise<InferenceSession> {
  return InferenceSession.create(file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
  });
}
