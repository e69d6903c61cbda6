"""New charts, and what installs the controller, out of the packaged templates; their later versions brought in.

A template is a folder `templates/<name>/<version>/` for copier: `copier.yml` with the questions, and the files. Every
released version stays as it was, so that `rolloutgen update` needs no network: it renders the version that made a chart
and the newest one, both with the chart's answers, and merges what lies between them into the chart.
"""
