/**
 * What the Kubernetes controller manager is started with; the values are its defaults
 * (https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/, `--horizontal-pod-autoscaler-*`).
 */
export interface ControllerSettings {
  readonly syncPeriodMs: number;
  /** Of the ratio around 1 within which nothing is changed; `behavior` may override it for each direction. */
  readonly tolerance: number;
  /** After its start, the CPU samples of a pod count only while it is ready and a whole window old. */
  readonly cpuInitializationPeriodMs: number;
  /** A pod that was last seen unready within this time of its start was never ready. */
  readonly initialReadinessDelayMs: number;
  readonly downscaleStabilizationMs: number;
}

export const controllerDefaults: ControllerSettings = {
  syncPeriodMs: 15_000,
  tolerance: 0.1,
  cpuInitializationPeriodMs: 300_000,
  initialReadinessDelayMs: 30_000,
  downscaleStabilizationMs: 300_000,
};
