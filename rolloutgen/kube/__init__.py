"""Reading rendered objects as Kubernetes, Istio and the Rollouts controller read them."""
