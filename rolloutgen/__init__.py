"""rolloutgen: moves Helm charts from Deployment to Argo Rollouts and proves it by rendering."""

__version__ = "0.1.0"
